"""The stub of AWS's command line refuses what AWS's refuses, and takes every command of the documents."""

import re
import shlex
from pathlib import Path

import pytest

from tests.operating.account import Account
from tests.operating.command_line import BAD_CALL, FAILED, REFUSED, Refusal, parse, run

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
INLINE = [
    (page.name, command)
    for page in PAGES
    for command in re.findall(r"`(aws [^`]+ [^`]+)`", page.read_text("utf-8"))
]


@pytest.mark.parametrize(("page", "command"), INLINE)
def test_a_command_in_the_text_is_one_of_awss(page: str, command: str) -> None:
    words = shlex.split(re.sub(r"\$\([^)]*\)", "VALUE", command))[1:]
    if words == ["dynamodb", "wait"]:
        return  # it is named as what not to use
    parse(words)


def test_the_pages_have_commands_in_their_text() -> None:
    assert len(INLINE) >= 3


@pytest.mark.parametrize(
    "command",
    [
        "dynamodb",
        "dynamo describe-table --table-name T",
        "dynamodb describe-tables --table-name T",
        "dynamodb describe-table",
        "dynamodb describe-table --table T",
        "dynamodb update-table --table-name T --no-table-name",
        "dynamodb update-table --table-name T --stream-specification StreamEnabled=true,View=KEYS_ONLY",
        "lambda put-function-concurrency --function-name F --reserved-concurrent-executions",
        "dynamodb wait table-is-there --table-name T",
        "logs tail",
        "logs tail GROUP --pattern x",
        "dynamodb describe-table --table-name T U",
    ],
)
def test_a_call_that_aws_does_not_take_is_252(command: str) -> None:
    assert run(command.split(), lambda call: {})[0] == BAD_CALL


def refusing(_: object) -> None:
    raise Refusal("ResourceNotFoundException", "Requested resource not found")


def test_what_aws_refuses_is_254_and_names_the_code() -> None:
    code, out, err = run(["dynamodb", "describe-table", "--table-name", "T"], refusing)
    assert (code, out) == (REFUSED, "")
    assert "(ResourceNotFoundException)" in err


def test_a_wait_for_a_restored_table_gives_up() -> None:
    """Why the page has a loop: 25 polls of 20 seconds."""
    account = Account()
    account.add_stack("s")
    table = account.stacks["s"].resources["Table"]
    point = ["--restore-date-time", "2026-11-21T15:59:00Z"]
    restore = [
        "restore-table-to-point-in-time",
        "--source-table-name",
        table,
        "--target-table-name",
        "restored",
        *point,
    ]
    assert run(["dynamodb", *restore], account.do)[0] == 0
    before = account.now
    assert run(["dynamodb", "wait", "table-exists", "--table-name", "restored"], account.do)[0] == FAILED
    assert account.now - before < 9 * 60


def test_text_asks_each_page_json_all_of_them() -> None:
    account = Account()
    account.functions = {f"f{number:03}": None for number in range(120)}
    last = "Functions[?FunctionName=='f119'].FunctionName"
    ask = ["lambda", "list-functions", "--query"]
    assert run([*ask, "Functions[0].FunctionName", "--output", "text"], account.do)[1] == "f000\nf050\nf100\n"
    assert run([*ask, "length(Functions)"], account.do)[1] == "120\n"
    assert run([*ask, last, "--output", "text"], account.do)[1] == "f119\n"
    assert run([*ask, last, "--output", "text", "--no-paginate"], account.do)[1] == ""
    assert "NextMarker" in run(["lambda", "list-functions", "--no-paginate"], account.do)[1]
