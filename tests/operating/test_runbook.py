"""Every section of docs/operating.md, run by bash on a stub of AWS's command line; what it leaves behind.

FA-03, FA-14: the stub takes as long, pages and refuses as AWS documents it. It does not prove AWS.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.doctor import FOLLOWERS
from tests.operating.account import RESTORE, Account, physical
from tests.operating.shell import Shell, blocks, shell

PAGE = (Path(__file__).parents[2] / "docs/operating.md").read_text("utf-8")
PREAMBLE: str = re.findall(r"^```\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[0]
STACK = "roster-prod"
OTHER = "roster-prod-eu"
"""Another stack, whose name begins with the first's."""
FUNCTION = "AWS::Lambda::Function"
CHECKED = {
    "A new account": "test_fa_06",
    "At night": "test_at_night",
    "When the first deploy fails": "test_fa_14",
    "A domain of your own": "test_a_domain",
    "Two regions": "test_two_regions",
    "Roll back": "test_roll_back",
    "Restore": "test_fa_03",
    "Rotate": "test_rotate",
    "Delete": "test_delete",
    "Alarms": "test_alarms",
    "Guessing": "test_alarms",
}
"""The sections that have commands, and the tests that run them."""


@pytest.fixture
def account() -> Account:
    """An account with a stack, another of a longer name, and functions enough for pages."""
    made = Account()
    made.functions = {f"another-{number:03}": None for number in range(120)}
    made.add_stack(STACK, LoginConcurrency="20")
    made.add_stack(OTHER, LoginConcurrency="0")
    return made


@pytest.fixture
def bash(account: Account) -> Iterator[Shell]:
    with shell(account) as made:
        yield made


def script(heading: str, *, parts: slice = slice(None), **words: str) -> str:
    """The commands of a section behind those that all sections need, with the reader's own words put in."""
    text = PREAMBLE + "".join(blocks(PAGE, heading)[parts])
    for word, value in words.items():
        text = re.sub(rf"\b{word}\b", value, text)
    return text


def test_every_section_that_has_commands_is_run() -> None:
    headings = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    assert {heading for heading in headings if blocks(PAGE, heading)} == {*CHECKED}
    for test in CHECKED.values():
        assert any(name.startswith(test) for name in globals()), test


def test_the_names_that_all_sections_need(bash: Shell) -> None:
    assert bash.run(f"{PREAMBLE}echo $T $(resource Cleanup)") == (
        "roster-prod-Table-1X2Y3Z roster-prod-Cleanup-1X2Y3Z\n"
    )


@pytest.fixture
def parts() -> dict[str, str]:
    """The blocks of "Restore", by what they do; a block more would change the test."""
    stop, side, bad, settings, stream, last, remove = blocks(PAGE, "Restore")
    return {
        "stop": PREAMBLE + stop,
        "side by side": side,
        "in place": bad + settings + stream,
        "last": last,
        "remove": remove,
    }


def test_fa_03_a_restore_in_place_leaves_the_stack_as_the_template_has_it(
    bash: Shell, account: Account, parts: dict[str, str]
) -> None:
    name = account.stacks[STACK].resources["Table"]
    old = account.tables[name].stream
    bash.run(parts["stop"] + parts["in place"] + parts["last"])
    table = account.tables[name]
    assert table.holds == "then"
    assert (table.protected, table.expires, table.recoverable) == (True, True, True)
    assert table.stream not in (None, old)
    assert account.now > 2 * RESTORE, "two restores, each longer than a waiter waits"
    asked = bash.words("roster")
    assert asked == [
        f"verify --table {name}-then",
        "verify --stack roster-prod",
        "repair --stack roster-prod",
    ]
    for function, queue in FOLLOWERS.items():
        follower = account.stacks[STACK].resources[function]
        [mapping] = [each for each in account.mappings.values() if each["FunctionName"] == follower]
        template = account.template["Resources"][f"{function}Stream"]["Properties"]
        assert mapping["EventSourceArn"] == table.stream
        destination = mapping["DestinationConfig"]["OnFailure"]["Destination"]
        assert destination.endswith(f":roster-prod-{queue}-1X2Y3Z")
        for setting in template.keys() - {
            "EventSourceArn",
            "FunctionName",
            "DestinationConfig",
            "FilterCriteria",
        }:
            assert mapping[setting] == template[setting], setting
        ours, wanted = mapping["FilterCriteria"]["Filters"], template["FilterCriteria"]["Filters"]
        assert [each["Pattern"] for each in ours] == [each["Pattern"].replace(" ", "") for each in wanted]
        assert template.keys() == mapping.keys(), "the page sets all that the template sets"


def test_fa_03_functions_stand_still_meanwhile_and_those_of_another_stack_do_not(
    bash: Shell, account: Account, parts: dict[str, str]
) -> None:
    stops = set(physical(account, STACK, FUNCTION).values())
    assert stops
    bash.run(parts["stop"])
    assert {name for name, reserved in account.functions.items() if reserved == 0} == stops
    assert not [name for name, reserved in account.functions.items() if reserved not in (0, None)]
    bash.run(parts["stop"].partition("for f in")[0] + parts["last"])
    login = {account.stacks[STACK].resources[id_] for id_ in ("Login", "LogInSecond", "IssueToken")}
    assert {
        name: reserved for name, reserved in account.functions.items() if reserved is not None
    } == dict.fromkeys(login, 20)


def test_fa_03_without_a_bound_on_logins_none_is_left(
    bash: Shell, account: Account, parts: dict[str, str]
) -> None:
    account.stacks[STACK].parameters["LoginConcurrency"] = "0"
    bash.run(parts["stop"].partition("aws dynamodb restore")[0] + parts["last"])
    assert set(account.functions.values()) == {None}


def test_fa_03_the_functions_that_get_a_bound_back_are_those_of_the_template(account: Account) -> None:
    bounded = {
        id_
        for id_, resource in account.template["Resources"].items()
        if "ReservedConcurrentExecutions" in resource.get("Properties", {})
    }
    assert bounded == set(
        re.findall(r"\$\(resource (\w+)\)", PAGE.partition("### Last")[2].partition("## ")[0])
    )


def test_fa_03_a_restore_side_by_side_changes_nothing_of_the_table(
    bash: Shell, account: Account, parts: dict[str, str]
) -> None:
    name = account.stacks[STACK].resources["Table"]
    bash.run(parts["stop"] + parts["side by side"] + parts["last"] + parts["remove"])
    assert account.tables[name].holds == "now"
    assert account.tables[f"{name}-then"].deleted
    assert bash.words("roster")[1:3] == [
        f"export then.jsonl --table {name}-then",
        f"import then.jsonl --table {name}",
    ]
    assert len(account.mappings) == 2 * len(FOLLOWERS)


def test_fa_14_a_failed_first_create_leaves_nothing(bash: Shell, account: Account) -> None:
    stack = account.stacks[STACK]
    stack.status = "ROLLBACK_COMPLETE"
    table, key = stack.resources["Table"], stack.resources["DeploymentKey"]
    told = bash.run(script("When the first deploy fails"))
    assert "Api\tWarnings found during import" in told
    account.now += 3600
    assert STACK not in account._stacks_there()
    assert table not in account._there()
    assert key not in account.secrets
    assert account.stacks[OTHER].resources["Table"] in account.tables


@pytest.mark.parametrize("failed_before", ["Table", "DeploymentKey"])
def test_fa_14_a_create_that_failed_before_the_table_leaves_nothing(
    bash: Shell, account: Account, failed_before: str
) -> None:
    gone = account.stacks[STACK].resources.pop(failed_before)
    account.tables.pop(gone, None)
    account.secrets.pop(gone, None)
    account.stacks[STACK].status = "ROLLBACK_COMPLETE"
    bash.run(script("When the first deploy fails"))
    assert STACK not in account._stacks_there()


def test_a_domain_waits_for_its_certificate_and_says_where_to_point(bash: Shell, account: Account) -> None:
    told = bash.run(script("A domain of your own"))
    assert '"Name": "_x.directory.example.com."' in told
    assert told.endswith("d-1.example\n")
    assert account.now > 1800
    assert bash.words("make") == ["deploy ENV=prod"]


def test_fa_06_a_new_account_asks_for_its_concurrency(bash: Shell, account: Account) -> None:
    assert bash.run(script("A new account")).startswith("10\n")
    assert account.concurrency == 1000


def test_at_night_the_doctor_looks_at_the_stack(bash: Shell) -> None:
    bash.run(script("At night"))
    assert bash.words("roster") == ["doctor --stack roster-prod"]


def test_two_regions_is_a_deploy(bash: Shell) -> None:
    bash.run(script("Two regions"))
    assert bash.words("make") == ["deploy ENV=prod"]


def test_roll_back_deploys_the_commit_before(bash: Shell) -> None:
    bash.run(script("Roll back", COMMIT="da72a9a"))
    assert bash.words("git") == ["log --oneline -5", "worktree add ../before da72a9a"]
    assert bash.words("make") == ["-C ../before deploy ENV=prod"]


def test_rotate_puts_the_value_of_the_file(bash: Shell, account: Account) -> None:
    arn = account.stacks[STACK].resources["DeploymentKey"]
    (bash.folder / "issuers.json").write_text("[]")
    bash.run(script("Rotate", ARN=arn).replace("file://", f"file://{bash.folder}/"))
    assert account.secrets[arn] == "[]"


def test_delete_ends_the_data(bash: Shell, account: Account) -> None:
    name = account.stacks[STACK].resources["Table"]
    bash.run(script("Delete"))
    account.now += 3600
    assert name not in account._there()


@pytest.mark.parametrize("heading", ["Alarms", "Guessing"])
def test_alarms_and_guessing_read_the_functions_log(bash: Shell, account: Account, heading: str) -> None:
    commands = [block for block in blocks(PAGE, heading) if block.startswith("aws ")]
    bash.run(PREAMBLE + "".join(commands))
    assert set(account.calls[1:]) == {"logs tail"}
