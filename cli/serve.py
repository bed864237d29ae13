"""Roster as `make run` serves it: the template's functions over the embedded store or a DynamoDB endpoint."""

import fcntl
import os
import shlex
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from cli import demo
from local.deployment_key import NotAKey, key_file, read_or_make
from local.embedded import open_embedded
from local.log import configure_functions
from local.server import HOST, CannotStart, Options, ServedApp
from local.sqlite_queues import SqliteQueues
from local.sqlite_store import SqliteStore
from local.streams import DynamoFeed, Feed, StoreFeed
from roster import clock, dependencies
from roster.auth.issuers import Issuers
from roster.auth.secrets import derived
from roster.db import keys
from roster.db.dynamodb.transport import boto_client
from roster.db.store import Store
from roster.directory.emails import canonical
from roster.domain import Actor
from roster.errors import Unavailable
from roster.settings import settings

TEMPLATE = Path(__file__).parent.parent / "template.yaml"
_HTTP = 80
_LOCAL = "local"  # for credentials, of which a local engine checks none


def prepare(options: Options) -> None:
    """Give this process the environment that the template gives a function, the store and the log."""
    _prepare(options)
    configure_functions(options.log)


def _prepare(options: Options) -> None:
    os.environ.update(
        ALLOWED_ORIGINS=" ".join([*_own_origins(options), *options.origins]),
        AT_ITS_DOMAIN="false",
        # Behind TLS the cookies are for TLS alone, as on AWS.
        PLAIN_COOKIE="" if _is_secure(options) else "loopback",
        POWERTOOLS_LOG_LEVEL="INFO",
        PUBLIC_URL=options.public_url or options.url,
        MAIL_PRINTED="true",
        IDENTITY_HEADER_PROOF=options.identity_header_proof,
    )
    os.environ.setdefault("WEBHOOK_TARGETS", "loopback")  # `public` is as on AWS
    if options.table_endpoint is None:
        dependencies.use(_wired(_embedded(options), options))
        return
    os.environ["TABLE_ENDPOINT"] = options.table_endpoint
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ.setdefault(name, _LOCAL)
    dependencies.use(_wired(dependencies.current().store, options))


def _own_origins(options: Options) -> list[str]:
    """The origins of the server's own pages, by each of the names that it answers to."""
    if _is_secure(options):
        return [str(options.public_url)]
    names = dict.fromkeys((HOST, "localhost", options.name, *options.hosts))
    own = [f"http://{name}:{options.port}" for name in names]
    # Of the default port is what a proxy in front of it has by those names, or the server itself.
    own += [f"http://{name}" for name in (names if options.port == _HTTP else options.hosts)]
    return own + ([options.public_url] if options.public_url else [])


def _is_secure(options: Options) -> bool:
    """Whether its users reach it over TLS, which a proxy in front of it ends."""
    return (options.public_url or "").startswith("https:")


def populate(options: Options) -> list[str]:
    """Make the table and load the data; returns what to print before `ready`."""
    _prepare(options)
    try:
        if options.table_endpoint is not None:
            _make_table(options.table_endpoint)
            return _populated(options)
        with _alone(options):
            return _populated(options)
    except Unavailable as error:
        where = options.store if options.table_endpoint is None else options.table_endpoint
        raise CannotStart(f"{where}: {error.__cause__ or 'away or busy'}") from error


def _populated(options: Options) -> list[str]:
    store = dependencies.current().store
    lines = []
    if options.data is not None:
        lines += _imported(store, options.data)
    elif options.demo and _is_empty(store):
        with tempfile.TemporaryDirectory() as folder:
            records = Path(folder, "demo.jsonl")
            demo.write(demo.demo_records(), records)
            lines += _imported(store, records)
        _invite(store, options)
    has_demo = _has_demo(store)
    if options.demo and not has_demo:
        lines.append("# the demo is left out: it is loaded into an empty store alone")
    if options.table_endpoint is None:
        lines.append(
            f"# the embedded store, {_file(options)}: for development, demos and small private sites"
        )
    if options.host != HOST:
        lines.append(
            f"# HOST={options.host}: whoever reaches this machine there reaches the server, and on the way "
            "others can read it all: nothing is encrypted; docs/private-site.md puts TLS before it"
        )
    if options.identity_header_proof == "none":
        lines.append("# identity headers are taken without proof: only for loopback and private networks")
    url = options.public_url or options.url
    if settings().console == "public":
        lines.append(f"# in a browser: {url}/console is for people: their accounts, and what they administer")
    lines.append(f"# in a browser: {url}/docs has every endpoint, and says how to sign in")
    if has_demo:
        return lines + _curls(url, store)
    return lines if _has_admin(store) else lines + _first_admin(options)


def feed(options: Options, taken: Callable[[int], int]) -> Feed:
    """The changes of the table that one of its stream's functions gets; all have taken what `taken` says."""
    if options.table_endpoint is not None:
        return DynamoFeed(options.table_endpoint, settings().table_name)
    store = _embedded(options)
    return StoreFeed(store.changes, lambda last: store.forget_changes(taken(last)))


def expiry(options: Options) -> Callable[[], int]:
    """What removes expired items from the embedded store; a DynamoDB endpoint has its own time to live."""
    if options.table_endpoint is not None:
        return lambda: 0
    return _embedded(options).remove_expired


def queues(options: Options) -> SqliteQueues:
    """The queues, in the embedded store; over a DynamoDB endpoint in a file that goes with the server."""
    if options.table_endpoint is None:
        return SqliteQueues(_embedded(options))
    if options.queues is None:
        raise ValueError("the server says where its queues are")
    return SqliteQueues(SqliteStore.open(options.queues))


APP = ServedApp(TEMPLATE, prepare, populate, feed, queues, expiry)


def _wired(store: Store, options: Options) -> dependencies.Dependencies:
    """The store, with what AWS would keep in Secrets Manager: issuers, the gateway's secret, the key."""
    issuers = _issuers(options)
    secrets = (options.gateway_secret,) if options.gateway_secret else ()
    return dependencies.Dependencies(
        store,
        issuers=lambda: issuers,
        gateway_secrets=lambda: secrets,
        deployment_keys=partial(derived, _deployment_key(options)),
        queues=queues(options),
    )


def _deployment_key(options: Options) -> str:
    """The file beside the embedded store; else the variable, which the workers of this process inherit."""
    if options.store is None:
        return os.environ.setdefault("DEPLOYMENT_KEY", token_urlsafe(48))
    try:
        return read_or_make(key_file(options.store))
    except (NotAKey, OSError) as error:
        raise CannotStart(f"the key of the deployment: {error}") from error


def _issuers(options: Options) -> Issuers:
    if options.issuers is None:
        return Issuers()
    try:
        return Issuers.read(options.issuers.read_text("utf-8"))
    except ValueError as error:
        raise CannotStart(f"ISSUERS={options.issuers}: {error}", 2) from error


def _file(options: Options) -> Path:
    if options.store is None:
        raise ValueError("no embedded store beside a table's endpoint")
    return options.store


def _embedded(options: Options) -> SqliteStore:
    try:
        return open_embedded(_file(options))
    except sqlite3.DatabaseError as error:
        raise CannotStart(f"STORE={options.store}: {error}", 2) from error
    except Unavailable as error:
        cause = error.__cause__ or error
        raise CannotStart(f"STORE={options.store}: {cause}") from error


@contextmanager
def _alone(options: Options) -> Iterator[None]:
    """Only one start at a time fills an embedded store; the others wait, and find what it holds then."""
    with key_file(_file(options)).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("roster: waiting for another start that fills the same store", file=sys.stderr)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make_table(endpoint: str) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    from local.tables import create_table, table_definition

    config = settings()
    client: Any = boto_client(region=config.region, endpoint=endpoint)
    try:
        if config.table_name not in client.list_tables()["TableNames"]:
            create_table(client, config.table_name, table_definition(TEMPLATE))
    except (BotoCoreError, ClientError) as error:
        raise CannotStart(f"TABLE_ENDPOINT={endpoint}: {error}") from error


def _is_empty(store: Store) -> bool:
    return store.scan(limit=1).items == []


def _has_demo(store: Store) -> bool:
    lock = store.get(keys.email(canonical(demo.ADMIN)))
    return lock is not None and lock.get("user_id") == demo.ADMIN_ID


def _has_admin(store: Store) -> bool:
    count = (store.get(keys.site_admins()) or {}).get("count")
    return isinstance(count, int) and count > 0


def _first_admin(options: Options) -> list[str]:
    """How somebody comes in who may let others in; the command also works while the server runs."""
    command = [".venv/bin/roster", "admin", "create"]
    if options.table_endpoint is None:
        command += ["--store", str(_file(options))]
    else:
        config = settings()
        if os.environ["AWS_SECRET_ACCESS_KEY"] == _LOCAL:
            command = [f"AWS_ACCESS_KEY_ID={_LOCAL}", f"AWS_SECRET_ACCESS_KEY={_LOCAL}", *command]
        command += ["--endpoint", options.table_endpoint, "--region", config.region]
        command += ["--table", config.table_name]
    lines = [
        "# there is no administrator yet; this makes the first, also while the server runs",
        shlex.join([*command, "--email", "you@example.com", "--name", "You"]),
    ]
    if settings().second_factor != "optional":
        lines.append("# who signs in so adds a second factor before anything else: docs/second-factor.md")
    return lines


def _imported(store: Store, file: Path) -> list[str]:
    # Imported here, as above: every worker process imports this module, and the server alone loads data.
    from cli import sources
    from cli.progress import Bars
    from cli.records.loading import load_file
    from cli.records.reading import opened

    with opened(file) as records, Bars() as bars:
        if what := sources.other_format(records):
            raise CannotStart(f"DATA={file}: not a file of records, but seems {what}", 2)
        outcome = load_file(store, records, by=Actor("make run", clock.now()), progress=bars)
    for bad in outcome.bad:
        print(f"{file}: {bad}", file=sys.stderr)
    made, there, bad_lines = outcome.created.total(), outcome.unchanged.total(), len(outcome.bad)
    lines = [f"# {made} records imported, {there} there already, {bad_lines} bad lines left out"]
    if without_secret := outcome.left_out.total():
        lines.append(f"# {without_secret} API tokens and clients left out: the file has not their secrets")
    return lines


def _invite(store: Store, options: Options) -> None:
    """Make the demo's invitations, which no record carries; the server alone imports what does."""
    from cli import demo_invitations

    by = Actor("make run", clock.now(), demo.LEAD_ID)
    demo_invitations.invite(store, options.public_url or options.url, by=by)


def _look(url: str, store: Store) -> list[str]:
    """How to look at the demo's open invitation, while it is open."""
    from cli import demo_invitations

    token = demo_invitations.open_token(store)
    if token is None:
        return []
    return [
        f"# an invitation of {demo_invitations.NEWCOMER}: {url}/console#/invitations/{token}",
        f'curl -s {url}/api/auth/invitations/look {_JSON} -d \'{{"token":"{token}"}}\'',
    ]


_JSON = "-H 'Content-Type: application/json'"


def _curls(url: str, store: Store) -> list[str]:
    inside = f"{url}/api/workspaces/{demo.ORG_ID}"
    login = f'{{"email":"{demo.ADMIN}","password":"{demo.PASSWORD}"}}'
    return [
        "# Workspaces: log in, then ask with the cookie",
        f"curl -s -c cookies.txt {url}/api/auth/login {_JSON} -d '{login}'",
        f"curl -s -b cookies.txt {url}/api/workspaces",
        f'curl -s -b cookies.txt {inside}/projects {_JSON} -d \'{{"name":"Fleet tracking"}}\'',
        f"curl -s -b cookies.txt {inside}/invitations {_JSON}"
        ' -d \'{"email":"you@example.com","role":"MEMBER"}\'',
        *_look(url, store),
        "# User Space: identity headers",
        f"curl -s {url}/minimal/rest/user/v1/org/detail {_identity()}",
        "# Testmo: a bearer token",
        f"curl -s {url}/api/v1/users -H 'Authorization: Bearer {demo.ADMIN_TOKEN}'",
        "# Cloud Foundry: a bearer token",
        f"curl -s {url}/v2/users/{demo.DEVELOPER_ID}/spaces"
        f" -H 'Authorization: bearer {demo.DEVELOPER_TOKEN}'",
        "# Workspace profile: a bearer token, in the header or in the query",
        f"curl -s '{url}/api/workspace/auth/me?access_token={demo.DEVELOPER_TOKEN}'",
    ]


def _identity() -> str:
    headers = {"X-Org-Id": demo.ORG_ID, "X-Project-Id": demo.PROJECT_ID, "X-User-Id": demo.DEVELOPER_ID}
    return " ".join(f"-H '{name}: {value}'" for name, value in headers.items())
