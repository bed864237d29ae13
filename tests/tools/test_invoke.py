"""`make invoke`: a function with an event outside of Lambda; `tests/deploy` runs it on a build."""

import json
import sys
from pathlib import Path

import pytest

from local.gateway import Routes
from local.runtime_api import Deployed
from roster.clock import Deadline
from roster.db.dynamodb.http_transport import HttpTransport
from roster.db.dynamodb.store import DynamoStore
from roster.db.store import Key, Put
from roster.errors import Unavailable
from tools import invoke

ROOT = Path(__file__).parents[2]
linux = pytest.mark.skipif(sys.platform != "linux", reason="AWS builds its runtime client for Linux")


def test_every_function_of_the_template_can_be_invoked_with_its_event(tmp_path: Path) -> None:
    functions = invoke.functions(tmp_path)
    assert set(functions) >= set(Routes.from_template(ROOT / "template.yaml").functions)
    assert set(functions) == {path.stem for path in (ROOT / "events").glob("*.json")}


@pytest.mark.parametrize(
    ("written", "told"),
    [(None, "No such file or directory"), ("[1", "is not JSON"), ("\udcff", "is not JSON")],
)
def test_fn_11_an_event_that_cannot_be_read_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], written: str | None, told: str
) -> None:
    file = tmp_path / "event.json"
    if written is not None:
        file.write_bytes(written.encode("utf-8", "surrogateescape"))
    with pytest.raises(SystemExit, match="2"):
        invoke.main(["GetOrg", str(file)])
    assert capsys.readouterr().err.splitlines()[-1].endswith(f"error: {file}: {told}")


def test_a_function_of_a_build_imports_from_its_own_folder_and_the_layers(tmp_path: Path) -> None:
    function = invoke.functions(tmp_path)["GetOrg"]
    assert (function.handler, function.task) == ("get_org.handler", tmp_path / "GetOrg")
    layers = [tmp_path / "DependenciesLayer/python", tmp_path / "RosterLayer/python"]
    assert list(function.layers) == layers
    assert function.environ["IDENTITY_HEADER_PROOF"] == "credential"


def test_without_an_endpoint_the_table_is_empty_and_takes_no_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TABLE_ENDPOINT", raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    with invoke.table_endpoint() as endpoint:
        transport = HttpTransport(endpoint, "us-east-1")
        transport.warm()
        store = DynamoStore(transport, "roster", Deadline.after(5))
        assert store.get(Key("a", "b")) is None
        assert store.batch_get([Key("a", "b")]) == {}
        assert store.query("a").items == store.scan().items == []
        with pytest.raises(Unavailable):
            store.write(Put({"PK": "a", "SK": "b"}))


def test_another_table_is_named_by_its_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_ENDPOINT", "http://127.0.0.1:8000")
    with invoke.table_endpoint() as endpoint:
        assert endpoint == "http://127.0.0.1:8000"


@linux
@pytest.mark.parametrize(
    ("source", "code", "printed"),
    [
        ("def handler(event, context):\n    return event", 0, {"echo": 1}),
        ("def handler(event, context):\n    raise KeyError('x')", 1, "the handler raised"),
        ("import nowhere_to_be_found", 1, "init failed"),
    ],
)
def test_the_answer_is_printed_and_a_failure_is_the_exit_code(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    source: str,
    code: int,
    printed: object,
) -> None:
    (tmp_path / "function.py").write_text(source)
    (tmp_path / "event.json").write_text('{"echo": 1}')
    function = Deployed("Function", "function.handler", tmp_path)
    monkeypatch.setattr(invoke, "functions", lambda _: {"Function": function})
    assert invoke.main(["Function", str(tmp_path / "event.json")]) == code
    out = json.loads(capfd.readouterr().out)
    assert printed == (out if code == 0 else out["error"])
