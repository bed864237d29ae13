"""Functions in Lambda's own runtime client: what becomes of them is what becomes of them on Lambda."""

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local.runtime_api import Crashed, Deployed, Environment, InitFailed, Raised, TimedOut

PYTHON = Path(__file__).parents[2] / ".venv-lambda/bin/python"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="AWS builds its runtime client for Linux")

Start = Callable[..., Environment]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a function of the given source; its process ends with the test."""
    assert PYTHON.exists(), "`make .venv-lambda/made` makes the environment of the runtime client"
    begun: list[Environment] = []

    def started(source: str, timeout: float = 10.0) -> Environment:
        (tmp_path / "function.py").write_text(source)
        function = Deployed("Function", "function.handler", tmp_path, timeout=timeout, memory=256)
        begun.append(Environment(PYTHON, function))
        return begun[-1]

    yield started
    for environment in begun:
        environment.close()


COUNTS = """
turns = 0

def handler(event, context):
    global turns
    turns += 1
    if event == "raise":
        raise ValueError("on purpose")
    left = context.get_remaining_time_in_millis()
    return {"event": event, "turn": turns, "id": context.aws_request_id, "left": left,
            "memory": context.memory_limit_in_mb, "arn": context.invoked_function_arn}
"""


def test_one_process_handles_one_event_after_the_other(start: Start) -> None:
    environment = start(COUNTS)
    environment.init()
    first, second = environment.invoke({"é": [1, None]}), environment.invoke("x" * 100_000)
    assert (first["event"], first["turn"]) == ({"é": [1, None]}, 1)
    assert (second["event"], second["turn"]) == ("x" * 100_000, 2)
    assert first["id"] != second["id"]


def test_a_function_is_told_its_name_its_memory_and_the_time_it_has(start: Start) -> None:
    environment = start(COUNTS)
    environment.init()
    answer = environment.invoke({})
    assert answer["arn"].endswith(":function:Function")
    assert answer["memory"] == "256"
    assert 0 < answer["left"] <= 10_000


def test_a_handler_that_raises_is_told_and_goes_on(start: Start) -> None:
    environment = start(COUNTS)
    environment.init()
    with pytest.raises(Raised) as raised:
        environment.invoke("raise")
    assert (raised.value.detail["errorType"], raised.value.detail["errorMessage"]) == (
        "ValueError",
        "on purpose",
    )
    assert environment.invoke("next")["turn"] == 2


def test_an_answer_that_is_no_json_is_the_handlers_failure(start: Start) -> None:
    environment = start("def handler(event, context):\n    return {1, 2}")
    environment.init()
    with pytest.raises(Raised) as raised:
        environment.invoke({})
    assert raised.value.detail["errorType"] == "Runtime.MarshalError"


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("raise RuntimeError('not today')", "RuntimeError"),
        ("import nowhere_to_be_found", "Runtime.ImportModuleError"),
        ("def handler(:", "Runtime.UserCodeSyntaxError"),
        ("pass", "Runtime.HandlerNotFound"),
    ],
)
def test_a_function_that_cannot_start_says_why(start: Start, source: str, kind: str) -> None:
    with pytest.raises(InitFailed) as failed:
        start(source).init()
    assert failed.value.detail["errorType"] == kind


def test_a_process_that_ends_at_init_is_a_crash(start: Start) -> None:
    with pytest.raises(Crashed, match="ended with 7"):
        start("import os; os._exit(7)").init()


def test_a_process_that_ends_in_a_request_is_a_crash(start: Start) -> None:
    environment = start("import os\ndef handler(event, context):\n    os._exit(3)")
    environment.init()
    with pytest.raises(Crashed, match="ended with 3"):
        environment.invoke({})


@pytest.mark.parametrize("sent", ["Content-Length: 9", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("half", ["", "4\\r\\n["])
def test_a_process_that_ends_in_its_answer_is_a_crash(start: Start, sent: str, half: str) -> None:
    environment = start(
        "import os, socket\n"
        "def handler(event, context):\n"
        "    host, port = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')\n"
        "    api = socket.create_connection((host, int(port)))\n"
        "    path = f'/2018-06-01/runtime/invocation/{context.aws_request_id}/response'\n"
        f"    api.sendall(f'POST {{path}} HTTP/1.1\\r\\nHost: x\\r\\n{sent}\\r\\n\\r\\n{half}'.encode())\n"
        "    os._exit(9)"
    )
    environment.init()
    with pytest.raises(Crashed):
        environment.invoke({})


def test_a_function_beyond_its_time_is_ended(start: Start) -> None:
    environment = start("import time\ndef handler(event, context):\n    time.sleep(60)", timeout=0.2)
    environment.init()
    with pytest.raises(TimedOut):
        environment.invoke({})
    with pytest.raises(ProcessLookupError):
        os.kill(environment.pid, 0)


def test_an_environment_can_be_killed_in_the_middle_of_a_request(start: Start, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    source = (
        f"import time\ndef handler(event, context):\n    open({str(pipe)!r}, 'w').close()\n    time.sleep(60)"
    )
    environment = start(source)
    environment.init()
    with ThreadPoolExecutor(1) as threads:
        under_way = threads.submit(environment.invoke, {})
        pipe.read_text()  # until the handler is in the middle
        environment.kill()
        with pytest.raises(Crashed, match="ended with -9"):
            under_way.result()
