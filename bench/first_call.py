"""What a process pays before its second call to DynamoDB, over TLS to a server on loopback.

.venv/bin/python -m bench.first_call
"""

import argparse
import ipaddress
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from cryptography import x509

from bench import record
from roster.db.dynamodb.http_transport import AUTHORITIES
from tests.support.dynamodb_local import certified, said, serving

_BEFORE = "import json, sys, time; sys.path.insert(0, 'layers/roster'); url, trusted = sys.argv[1:]\n"
_BOTO3 = """\
import boto3
client = boto3.client("dynamodb", endpoint_url=url, region_name="eu-west-1", verify=trusted)
call = lambda: client.get_item(TableName="t", Key={"PK": {"S": "a"}})
"""
_HTTP = """\
from roster.clock import Deadline
from roster.db.dynamodb.http_transport import HttpTransport
transport = HttpTransport(url, "eu-west-1", trusted)
call = lambda: transport.call("GetItem", {"TableName": "t"}, Deadline.after(10))
"""
WAYS = {
    "boto3's client": _BOTO3,
    "HttpTransport": _HTTP,
    "HttpTransport, its connection opened at the start": f"{_HTTP}transport.warm()\n",
}
_AFTER = """\
ready = time.process_time()
call()
print(json.dumps([ready - began, time.process_time() - ready]))
"""


def main() -> None:
    """Measure in fresh processes, in turns, and keep the rows."""
    parser = argparse.ArgumentParser(prog="bench.first_call", description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    taken: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with TemporaryDirectory() as folder:
        tls, authority = certified(Path(folder), x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        trusted = Path(folder) / "trusted.pem"  # the public ones too: to read them is a part of the price
        trusted.write_text(Path(AUTHORITIES).read_text("utf-8") + Path(authority).read_text("utf-8"), "utf-8")
        with serving(tls) as server:
            server.answers = [said({"Item": {}})]
            for _ in range(runs):
                for way, made in WAYS.items():
                    taken[way].append(_measured(made, f"https://127.0.0.1:{server.port}", str(trusted)))
    rows = [
        {
            "subject": way,
            "start_ms": round(median(start for start, _ in costs) * 1000, 1),
            "first_call_ms": round(median(call for _, call in costs) * 1000, 1),
        }
        for way, costs in taken.items()
    ]
    record.write("first_call", rows, runs=runs)


def _measured(made: str, url: str, trusted: str) -> tuple[float, float]:
    """Seconds of CPU until a call could be made, and of the first."""
    script = f"{_BEFORE}began = time.process_time()\n{made}{_AFTER}"
    environ = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    done = subprocess.run(  # noqa: S603 - this interpreter, our own script
        [sys.executable, "-c", script, url, trusted],
        env=environ,
        cwd=record.DOCS.parents[1],
        capture_output=True,
        check=True,
    )
    start, call = json.loads(done.stdout)
    return start, call


if __name__ == "__main__":
    main()
