# Two commands for a newcomer: `make run` and `make test`. They need Python 3.11 or newer, and nothing else.

PYTHON ?= python3
BIN := .venv/bin
VENVS := sam checkov clients fuzz lambda openapi peers rehearse scim
ON_THE_RUNTIME := lambda peers rehearse
# Checked once, before anything is fetched: that the Python is new enough, and which environments another Python made.
ifeq ($(MAKELEVEL)$(filter clean lock,$(MAKECMDGOALS)),0)
OURS := .venv $(patsubst %,.venv-%,$(filter-out $(ON_THE_RUNTIME),$(VENVS)))
OTHERS := $(ON_THE_RUNTIME:%=.venv-%)
FIT := $(shell command -v $(PYTHON) >/dev/null && $(PYTHON) tools/fit.py $(PYTHON) $(OURS) -- $(OTHERS))
ifneq ($(FIT),fit)
$(error $(or $(FIT),Roster needs Python 3.11 or newer: there is no $(PYTHON) here that works))
endif
endif
# Without bytecode kept, each of the many processes that tests start compiles our modules anew.
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/pip --quiet --disable-pip-version-check install --require-hashes --no-deps

.PHONY: all run test check template real tables programs environments mutations bench bench-pages hostile build invoke rehearse documents cost deploy lock clean

all: check test

run: .venv/run
	@echo 'roster: starting the server; its last line will be `ready`' >&2
	@exec $(BIN)/python -m cli.run

# A worker a core; each takes tests from the other when it has done its own. WORKERS=0 is one process.
WORKERS ?= auto
PYTEST := $(BIN)/pytest -n $(WORKERS) --maxprocesses 8 --dist worksteal

test: .venv/dev .venv-lambda/made
	$(PYTEST) $(ARGS)

check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy layers/roster functions local cli tools tests bench
	$(MAKE) --no-print-directory template

# The template by SAM CLI's linter, and both it and what SAM makes of it by the serverless rules and checkov's
# policies. What is left out stands with its reason in the template's Metadata and in .checkov.yaml.
TRANSLATED := .aws-sam/translated.json
template: .venv/dev .venv-sam/made .venv-checkov/made
	SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 .venv-sam/bin/sam validate --lint
	$(BIN)/python -m tools.translated $(TRANSLATED)
	$(BIN)/cfn-lint template.yaml $(TRANSLATED) --append-rules cfn_lint_serverless.rules
	SKIP_PACKAGE_UPDATE_CHECK=True .venv-checkov/bin/checkov --config-file .checkov.yaml --file $(TRANSLATED)

# The suites that want DynamoDB Local (Java; fetched with npm): see tools/with_dynamodb_local.sh. An engine does
# one thing at a time and is what the suites wait for: hence two, and new ones for each suite. The endpoint suite
# calls one over our own transport and the other over boto3's client; ARGS='--transport boto3' has both called so.
APART := tests/deploy tests/clients tests/faulty tests/fuzz
real: tables programs

tables: .venv/dev .venv-lambda/made .venv-fuzz/made .venv-openapi/made .tools/console/made
	ENGINES=2 tools/with_dynamodb_local.sh $(PYTEST) -m endpoint --engine dynamodb $(ARGS)
	$(MAKE) --no-print-directory build ARCH=$(HERE)
	ENGINES=2 tools/with_dynamodb_local.sh $(PYTEST) --dist loadfile -m real $(APART:%=--ignore %) $(ARGS)
	ENGINES=2 tools/with_dynamodb_local.sh $(PYTEST) -m real tests/faulty $(ARGS)
	$(MAKE) --no-print-directory mutations
	$(PYTEST) -m real tests/fuzz $(ARGS)

# What uses one core: other people's programs, SAM, and the build through an emulator.
programs: .venv/dev .venv-lambda/made .venv-clients/made .venv-scim/made
	$(MAKE) --no-print-directory build ARCH=$(HERE)
	$(BIN)/pytest -m real tests/clients $(ARGS)
	$(BIN)/pytest -m real tests/deploy $(ARGS)
	$(MAKE) --no-print-directory rehearse

# Removes named checks from copies of the tree, one at a time; fails where no test notices.
mutations: .venv/dev
	$(BIN)/python -m tools.mutations

# Pages of N rows, counted and walked, on DynamoDB Local and on a file: writes docs/pages.md and its plot.
N ?= 100000
bench-pages: .venv/bench
	tools/with_dynamodb_local.sh $(BIN)/python -m bench.pages --rows $(N)

# How fast: every endpoint compared with boto3, a far page, load, cold starts. Some fifteen minutes on two cores, alone;
# writes docs/bench/ and the figures that README and docs quote. USERS, SECONDS and EACH make it shorter.
USERS ?= 100000
SECONDS ?= 270
EACH ?= 50
bench: .venv/dev .venv/bench .venv-lambda/made .venv-peers/made .venv-sam/made
	tools/with_dynamodb_local.sh $(BIN)/python -m bench.warm --users $(USERS) --each $(EACH)
	$(BIN)/python -m bench.first_call
	$(BIN)/python -m bench.load --seconds $(SECONDS)
	$(BIN)/python -m bench.contention
	$(BIN)/python -m bench.contention --document
	$(MAKE) --no-print-directory build ARCH=$(HERE)
	$(BIN)/python -m bench.cold_start
	$(BIN)/python -m bench.document

# The demo under eight hostile clients for SECONDS (60 where it is not given): statuses, memory, and how long others
# wait. Fails where any answer is a 5xx.
hostile: .venv/dev
	$(BIN)/python -m bench.hostile $(if $(filter-out file,$(origin SECONDS)),--seconds $(SECONDS))

# The environments: what `run` needs, and what only the checks need.
.venv/run: requirements/run.txt
	@echo 'roster: $(PYTHON) makes the environment .venv' >&2
	@$(PYTHON) -m venv .venv
	@echo 'roster: fetching what the server needs, by $<: some half a minute' >&2
	@$(PIP) -r $<
	@$(BIN)/python tools/link.py
	@touch $@

.venv/dev: requirements/dev.txt .venv/run
	@echo 'roster: fetching what the checks and tests need, by $<: about a minute' >&2
	@$(PIP) -r $<
	@touch $@

.venv/bench: requirements/bench.txt .venv/run
	@echo 'roster: fetching what the measurements need, by $<' >&2
	@$(PIP) -r $<
	@touch $@

# Environments of their own, which pin what we pin otherwise or must not see what is ours:
#   sam       builds, validates, deploys                 checkov   the template's policies
#   clients   programs of other people, as they come     fuzz      schemathesis; FUZZ=10000 asks for more of it
#   lambda    AWS's runtime client                       peers     what others would deploy, for `make bench`
#   rehearse  an emulator of AWS                         openapi   API Gateway's parser, for Java
#   scim      testers of SCIM servers
# lambda, peers and rehearse stand on the functions' own Python; the emulator alone cannot do without.
VENV_PYTHON = $(PYTHON)
.venv-lambda/made .venv-peers/made: VENV_PYTHON = $$($(PYTHON) -m tools.runtime_python || echo $(PYTHON))
.venv-rehearse/made: VENV_PYTHON = $$($(PYTHON) -m tools.runtime_python)

$(VENVS:%=.venv-%/made): .venv-%/made: requirements/%.txt
	@echo 'roster: making .venv-$*, and fetching what $< names' >&2
	@python=$(VENV_PYTHON) && "$$python" -m venv .venv-$*
	@.venv-$*/bin/pip --quiet --disable-pip-version-check install --require-hashes --no-deps -r $<
	@touch $@

# What checks the console's modules, of npm. By --prefix, npm would not read the machine's own settings.
.tools/console/made: tests/console/npm/package-lock.json
	@echo 'roster: fetching what $< names into .tools/console' >&2
	@mkdir -p .tools/console && cp tests/console/npm/package.json $< .tools/console
	@cd .tools/console && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
	@touch $@

# All that `check`, `test` and `real` want.
environments: .venv/dev $(patsubst %,.venv-%/made,$(filter-out peers,$(VENVS))) .tools/console/made

# One function, as built for this machine, with one event: `make invoke F=GetOrg [EVENT=file.json]`.
invoke: .venv/run .venv-lambda/made .venv-sam/made
	@$(MAKE) --no-print-directory build ARCH=$(HERE) >&2
	@$(BIN)/python -m tools.invoke $(F) $(EVENT)

# What `sam deploy` ships; ARCH=x86_64 builds for this kind of machine instead, in a folder of its own.
ARCH ?= arm64
HERE := $(patsubst aarch64,arm64,$(shell uname -m))
build: .venv-sam/made
	.venv-sam/bin/python -m tools.build --arch $(ARCH)

# The build through an emulator of AWS, on a network of its own; needs the functions' own Python.
rehearse: .venv/run .venv-sam/made .venv-rehearse/made
	.venv-sam/bin/python -m tools.build --arch $(HERE)
	tools/in_private_network.sh .venv-sam/bin/python -m tools.rehearse

# Everything that is made of something else: after a change of routes, types, statuses, budgets or words that the
# OpenAPI document shows. A test holds each file against what it is made of.
documents: .venv/dev
	$(BIN)/python -m tools.statuses
	$(BIN)/python -m tools.openapi
	$(BIN)/python -m tools.sample_events
	$(BIN)/python -m bench.access_patterns
	$(BIN)/python -m tools.events
	$(BIN)/python -m tools.records
	$(MAKE) --no-print-directory cost

# Measures every endpoint's units, and writes what they cost into docs/operating.md and the README.
cost: export POWERTOOLS_LOG_LEVEL = ERROR
cost: .venv/dev
	$(BIN)/python -m bench.units
	$(BIN)/python -m bench.event_units
	$(BIN)/python -m bench.cost_pages

# Builds, and deploys to the stack that samconfig.toml has for that environment, if it says who hears the alarms.
ENV ?= dev
deploy:
	@$(PYTHON) -m tools.deployable $(ENV)
	$(MAKE) --no-print-directory build
	SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam deploy --config-env $(ENV)

# Writes the locks anew from what the *.in files ask for; needs uv.
lock:
	cd requirements && for name in run dev bench $(VENVS); do \
		uv pip compile --universal --python-version 3.11 $(LOCK) $$name.in -o $$name.txt || exit 1; done
	cd layers/dependencies && uv pip compile --python-version 3.13 \
		--python-platform aarch64-manylinux_2_28 $(LOCK) requirements.in -o requirements.txt
LOCK := --quiet --generate-hashes --no-header --no-annotate

clean:
	rm -rf .venv $(VENVS:%=.venv-%) .aws-sam .tools
