"""The account of who listens: what a rehearsal rests on when it says that nothing listened outside."""

import socket
import time
from ipaddress import ip_address

from tools.listeners import listeners, outside, watched


def test_a_socket_that_listens_is_seen_with_its_address_and_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert (ip_address("127.0.0.1"), port) in listeners()
    assert (ip_address("127.0.0.1"), port) not in listeners()


def test_one_that_listened_only_for_a_while_is_remembered() -> None:
    with watched() as seen:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            given_up = time.monotonic() + 10
            while (ip_address("127.0.0.1"), port) not in seen and time.monotonic() < given_up:
                time.sleep(0.01)
        assert port not in {other for _, other in listeners()}
    assert (ip_address("127.0.0.1"), port) in seen


def test_only_what_another_machine_could_reach_is_outside() -> None:
    reached = ("0.0.0.0", "::", "10.0.0.7", "::ffff:10.0.0.7")  # noqa: S104
    inside = ("127.0.0.1", "127.0.0.53", "::1", "::ffff:127.0.0.1")
    seen = {(ip_address(address), 80) for address in (*reached, *inside)}
    assert outside(seen) == sorted(f"{ip_address(address)} port 80" for address in reached)
