#!/usr/bin/env bash
# in_private_network.sh COMMAND...: runs the command where the only network is a loopback of its own.
#
# Takes a private network namespace wherever the machine allows one, and says so where it does not.
set -euo pipefail

loopback_up() { # by ioctl (SIOCSIFFLAGS, IFF_UP), because `ip` is not on every machine
    python3 -c '
import fcntl, socket, struct
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh22x", b"lo", 1))'
}

(($#)) || {
    echo "in_private_network.sh: needs a command to run" >&2
    exit 1
}
if [[ ${ROSTER_NETWORK:-} == private ]]; then
    unset ROSTER_NETWORK
    loopback_up
    exec "$@"
fi
for as in '--net' '--map-root-user --net'; do # the second for those who are not root
    # shellcheck disable=SC2086  # two words
    unshare $as true 2>/dev/null && ROSTER_NETWORK=private exec unshare $as "${BASH_SOURCE[0]}" "$@"
done
echo "in_private_network.sh: no private network namespace here; the machine's own loopback is used" >&2
exec "$@"
