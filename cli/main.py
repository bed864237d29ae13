"""The `roster` command: records in and out, the first administrator, credentials, verify, repair and doctor.

Exit codes: 0 done; 1 refused, or some lines were bad, or whoever read the output has left; 2 the call itself
is wrong, or the output cannot be written.
"""

import argparse
import getpass
import json
import sqlite3
import sys
import tempfile
import tomllib
import warnings
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from pydantic import TypeAdapter

from cli import events, sources
from cli.deployed import DeployedStack
from cli.doctor import examine
from cli.output import printing
from cli.progress import Bars
from cli.records.export import export
from cli.records.loading import ImportOutcome, load_file
from cli.records.reading import STANDARD_INPUT, lines, opened
from cli.repair import repair
from cli.sources.shared import FileFormat
from cli.sources.tables import FIELDS
from cli.stacks import NoSuchStack, client_of, cloudformation, configured_region, parameter_of, table_of
from cli.verify import verify
from local.deployment_key import key_file
from local.embedded import open_embedded
from local.private_files import replacing
from local.sqlite_store import SqliteStore, lacks_journal
from roster import clock
from roster.auth import api_tokens, passwords
from roster.auth.credentials import Credential
from roster.db import keys
from roster.db.dynamodb.store import DynamoStore
from roster.db.dynamodb.transport import BotoTransport, boto_client
from roster.db.store import Absent, Present, Store, all_of
from roster.db.transactions import Transaction
from roster.dialects.fields import Line
from roster.directory import audit, factors, users, workspaces
from roster.directory.emails import NotAnAddress, canonical, trimmed
from roster.domain import Actor, ApiToken, PlatformRole, User, Workspace
from roster.errors import Conflict, NotFound, Unavailable
from roster.events import Event
from roster.settings import settings


class CommandRefused(Exception):
    """Why a command does nothing, in one line; `code` is the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class Command(Protocol):
    """Runs a command on a store; returns the exit code."""

    def __call__(self, store: Store, arguments: argparse.Namespace) -> int: ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit code. Raises SystemExit for a call that is wrong, and after `--help`."""
    return printing(lambda: _run(argv))


def _run(argv: Sequence[str] | None) -> int:
    arguments = _parser().parse_args(argv)
    try:
        if arguments.run == _doctor:  # of a stack, which may have no table
            return _doctor(arguments)
        command: Command = arguments.run
        with ExitStack() as stack:
            return command(_store(arguments, stack), arguments)
    except CommandRefused as refused:
        print(f"roster: {refused}", file=sys.stderr)
        return refused.code
    except Unavailable as error:
        print(f"roster: {_told(error, arguments)}; what was written is whole", file=sys.stderr)
        return 1
    except sqlite3.DatabaseError as error:
        print(f"roster: {arguments.store}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("roster: interrupted; what was written is whole", file=sys.stderr)
        return 130
    except OSError as error:
        if error.filename is None:
            raise  # of what is written: `printing` answers for it
        print(f"roster: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2


def _told(error: Unavailable, arguments: argparse.Namespace) -> str:
    """Which table did not answer, where it is, and what said no, by AWS's or SQLite's name."""
    if arguments.store is not None:
        where = f"the store {arguments.store}"
    else:
        name = arguments.table if arguments.stack is None else f"of the stack {arguments.stack}"
        place = (
            f"at {arguments.endpoint}"
            if arguments.endpoint
            else f"in {arguments.region or configured_region()}"
        )
        where = f"the table {name} {place}"
    fault = error.fault
    if fault is None:
        return f"{where} is busy"
    reasons = f" {' '.join(fault.reasons)}" if fault.reasons else ""
    state = "is away or busy" if fault.passing else "cannot be used"
    return f"{where} {state} ({fault.error_code}{reasons}, {fault.operation})"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="roster", description="Tend a Roster directory.")
    parser.add_argument("--version", action="version", version=f"roster {_version()}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    where = _where()

    importing = commands.add_parser("import", parents=[where], help="bring records into the directory")
    importing.add_argument(
        "file", type=_readable, metavar="FILE", help="records, a JSON object a line; - is standard input"
    )
    importing.add_argument(
        "--from",
        dest="source",
        choices=sources.SOURCES,
        help="the file is another system's (docs/records.md); default: records",
    )
    importing.add_argument(
        "--map",
        dest="renamed",
        action="append",
        default=[],
        type=_renaming,
        metavar="COLUMN=FIELD",
        help="of csv and json: which field of a user record a column is; may be given again",
    )
    importing.add_argument(
        "--dry-run", action="store_true", help="show the first records and what would be done; change nothing"
    )
    importing.set_defaults(run=_import, must_exist=False)

    exporting = commands.add_parser("export", parents=[where], help="write the directory's records")
    exporting.add_argument("file", type=Path, nargs="?", metavar="FILE", help="default: standard output")
    exporting.add_argument("--workspace", metavar="KEY", help="one workspace alone, for another directory")
    exporting.set_defaults(run=_export, must_exist=True)

    admin = commands.add_parser("admin", help="platform administrators")
    creating = admin.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "create", parents=[where], help="make an administrator, the first of a fresh directory"
    )
    creating.add_argument("--email", required=True)
    creating.add_argument("--name", required=True, type=_name, help="the full name")
    creating.add_argument("--password-stdin", action="store_true", help="read the password's line from stdin")
    creating.set_defaults(run=_create_admin, must_exist=False)

    token = commands.add_parser("token", help="API tokens")
    making = token.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "create", parents=[where], help="make a token and print its secret, once"
    )
    making.add_argument("--user", required=True, metavar="EMAIL_OR_ID")
    making.add_argument("--name", required=True, type=_name, help="what the token is called")
    making.add_argument("--workspace", metavar="ID", help="the one workspace that it is for")
    making.add_argument("--expires", type=_moment, metavar="ISO", help="such as 2030-01-31T00:00:00Z")
    making.set_defaults(run=_create_token, must_exist=True)

    factor = commands.add_parser("factors", help="second factors")
    resetting = factor.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "reset", parents=[where], help="end a user's apps, passkeys and recovery codes, and their sessions"
    )
    resetting.add_argument("--user", required=True, metavar="EMAIL_OR_ID")
    resetting.set_defaults(run=_reset_factors, must_exist=True)

    auditing = commands.add_parser("audit", help="the audit of all changes")
    erasing = auditing.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "erase", parents=[where], help="let a pseudonym stand for a deleted user"
    )
    erasing.add_argument("--user", required=True, metavar="ID", help="the id that the user had")
    erasing.set_defaults(run=_erase_from_audit, must_exist=True)

    telling = commands.add_parser("events", parents=[where], help="print events, a CloudEvent a line")
    telling.add_argument("--workspace", metavar="ID", help="those of one workspace alone")
    telling.add_argument(
        "--after", default="", metavar="CURSOR", help="the `next` of a feed; default: the oldest"
    )
    telling.add_argument("--follow", action="store_true", help="go on as they come, until interrupted")
    telling.set_defaults(run=_events, must_exist=True)

    backing_up = commands.add_parser(
        "backup", parents=[where], help="copy an embedded store and its key, also while a server uses it"
    )
    backing_up.add_argument("file", type=Path, metavar="FILE", help="the copy; the key goes to FILE.key")
    backing_up.set_defaults(run=_backup, must_exist=True)

    verifying = commands.add_parser("verify", parents=[where], help="report every broken invariant")
    verifying.set_defaults(run=_verify, must_exist=True)

    repairing = commands.add_parser("repair", parents=[where], help="make right what can be, and verify")
    repairing.set_defaults(run=_repair, must_exist=True)

    doctoring = commands.add_parser("doctor", help="tell what of a deployed stack is wrong, and what to do")
    doctoring.add_argument("--stack", required=True, metavar="NAME", help="the deployed stack")
    doctoring.add_argument("--region", help="default: AWS_REGION, or that of the AWS profile")
    doctoring.set_defaults(run=_doctor)
    return parser


def _version() -> str:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
    return str(project["project"]["version"])


def _where() -> argparse.ArgumentParser:
    """Which table is meant: the options that every command has."""
    config = settings()
    where = argparse.ArgumentParser(add_help=False)
    which = where.add_mutually_exclusive_group()
    which.add_argument("--table", default=config.table_name, metavar="NAME", help="default: %(default)s")
    which.add_argument("--stack", metavar="NAME", help="the deployed stack whose table is meant")
    where.add_argument("--endpoint", default=config.endpoint, metavar="URL", help="DynamoDB's address")
    where.add_argument("--region", help="default: AWS_REGION, or that of the AWS profile")
    which.add_argument("--store", type=Path, metavar="FILE", help="an embedded store, instead of DynamoDB")
    return where


def _store(arguments: argparse.Namespace, stack: ExitStack) -> Store:
    path: Path | None = arguments.store
    if path is None:
        region = arguments.region or configured_region()
        client = boto_client(region=region, endpoint=arguments.endpoint)
        stack.callback(client.close)
        return DynamoStore(BotoTransport(client), _table(arguments, region))
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise CommandRefused(f"{path}: not a file in a folder that exists", 2)
    if arguments.must_exist and not path.exists():
        raise CommandRefused(f"{path}: there is no such store", 2)
    if getattr(arguments, "dry_run", False) and not path.exists():
        path = Path(stack.enter_context(tempfile.TemporaryDirectory()), "empty.db")
    arguments.lacks_journal = path.exists() and lacks_journal(path)
    embedded = open_embedded(path)
    stack.callback(embedded.close)
    return embedded


def _table(arguments: argparse.Namespace, region: str) -> str:
    if arguments.stack is None:
        return str(arguments.table)
    try:
        return table_of(arguments.stack, cloudformation(region))
    except NoSuchStack as error:
        raise CommandRefused(str(error)) from error


def _readable(text: str) -> Path:
    path = Path(text)
    if path.is_dir():
        raise argparse.ArgumentTypeError("is a directory")
    if path != STANDARD_INPUT and not path.exists():
        raise argparse.ArgumentTypeError("there is no such file")
    return path


def _renaming(text: str) -> tuple[str, str]:
    column, _, name = text.rpartition("=")
    if name not in FIELDS or not column:
        raise argparse.ArgumentTypeError(f"must be COLUMN=FIELD, the field one of {', '.join(FIELDS)}")
    return column, name


def _moment(text: str) -> datetime:
    try:
        return clock.moment(clock.normalized(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError("not a moment such as 2030-01-31T00:00:00Z (RFC 3339)") from error


def _name(text: str) -> str:
    try:
        return TypeAdapter(Line).validate_python(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("must be 1 to 255 characters that can be seen") from error


def _operator() -> Actor:
    return Actor(f"cli-{uuid4()}", clock.now())


def _import(store: Store, arguments: argparse.Namespace) -> int:
    dry: bool = arguments.dry_run
    if arguments.source is not None:
        return _import_from(store, sources.SOURCES[arguments.source], arguments)
    if arguments.renamed:
        raise CommandRefused("--map is for --from csv and --from json", 2)
    with opened(arguments.file) as file, Bars() as bars:
        if what := sources.other_format(file):
            raise CommandRefused(f"{arguments.file}: not a file of records, but seems {what}")
        if dry:
            for line in islice((raw for _, _, raw in lines(file)), sources.SHOWN):
                print(_printable(sources.shown(line)))
        outcome = load_file(store, file, by=_operator(), dry=dry, progress=bars)
    for bad in outcome.bad:
        print(bad, file=sys.stderr)
    _tell(outcome, dry=dry)
    return 1 if outcome.bad else 0


def _import_from(store: Store, source: FileFormat, arguments: argparse.Namespace) -> int:
    """Import a file of another system, and report what of it has no place here."""
    renamed = dict(arguments.renamed)
    if renamed and not source.is_mapped:
        raise CommandRefused("--map is for --from csv and --from json", 2)
    dry: bool = arguments.dry_run
    try:
        with Bars() as bars:
            done = sources.load(
                store, arguments.file, source, renamed=renamed, by=_operator(), dry=dry, progress=bars
            )
    except sources.WrongFormat as error:
        raise CommandRefused(f"{arguments.file}: not {source.title}: {error}") from error
    for record in done.shown if dry else ():
        print(_printable(json.dumps(record, ensure_ascii=False)))
    for bad in done.bad:
        print(bad, file=sys.stderr)
    report = done.report
    print(f"read {report.read} of {source.title}")
    for reason, places in report.left_out.items():
        more = ", ..." if len(places) > _PLACES else ""
        print(f"left out {len(places)}: {reason} ({', '.join(places[:_PLACES])}{more})")
    for reason, count in sorted(report.without_password.items()):
        print(f"without a password {count}: {reason}")
    if report.not_carried:
        each = ", ".join(
            f"{_printable(name)} ({count})" for name, count in sorted(report.not_carried.items())
        )
        print(f"not carried: {each}")
    for note in report.notes:
        print(f"note: {note}")
    _tell(done.outcome, dry=dry)
    return 1 if done.bad or report.left_out else 0


_PLACES = 10  # that a line names


def _printable(text: str) -> str:
    """What a file says, such that a terminal shows it and does nothing else."""
    return "".join(char if char.isprintable() else "?" for char in text)


def _tell(outcome: ImportOutcome, *, dry: bool) -> None:
    print(f"{'would create' if dry else 'created'} {_counted(outcome.created)}")
    print(f"unchanged {_counted(outcome.unchanged)}")
    if outcome.left_out:
        print(f"left out {_counted(outcome.left_out)}: no secret in the file, and not here")
    if outcome.bad:
        print(f"bad {len(outcome.bad)}")


def _export(store: Store, arguments: argparse.Namespace) -> int:
    workspace = _workspace(store, arguments.workspace) if arguments.workspace is not None else None
    with ExitStack() as stack:
        out = stack.enter_context(replacing(arguments.file)) if arguments.file else sys.stdout
        exported = export(store, out, workspace=workspace, progress=stack.enter_context(Bars()))
        out.flush()  # before it is said to be there
    print(f"exported {_counted(exported.records)}", file=sys.stderr)
    if exported.left_out:
        print(f"left out {_secrets(exported.left_out)}", file=sys.stderr)
    return 0


def _workspace(store: Store, key: str) -> Workspace:
    """The workspace of a key. Raises CommandRefused."""
    lock = store.get(keys.workspace_key(key)) if keys.is_id(key) else None
    found = workspaces.by_id(store, str(lock["workspace_id"])) if lock is not None else None
    if found is None:
        raise CommandRefused(f"--workspace: there is no workspace with the key {key}", 2)
    return found


def _secrets(counts: Counter[str]) -> str:
    """What an export leaves out, in words."""
    told = [
        f"{counts[kind]} {what if counts[kind] == 1 else plural}"
        for kind, what, plural in (
            ("user", "password", "passwords"),
            ("apiToken", "secret of an API token", "secrets of API tokens"),
            ("scimToken", "secret of a SCIM token", "secrets of SCIM tokens"),
            ("client", "secret of a client", "secrets of clients"),
        )
        if counts[kind]
    ]
    return f"{', '.join(told)}: whoever had one needs a new one in another directory"


def _create_admin(store: Store, arguments: argparse.Namespace) -> int:
    try:
        canonical(arguments.email)
    except NotAnAddress as error:
        raise CommandRefused(f"--email {error}", 2) from error
    password = _password(arguments.password_stdin)
    if reason := passwords.reason_to_refuse(password, (arguments.email, arguments.name)):
        raise CommandRefused(f"the password {reason}")
    by = _operator()
    email, at = trimmed(arguments.email), clock.instant(by.at)
    wanted = User("", 0, email, arguments.name, at, roles=(PlatformRole.ADMIN,))
    try:
        made = users.create(store, wanted, passwords.digest(password), by=by)
    except Conflict as error:
        raise CommandRefused("this e-mail address belongs to a user already") from error
    print(f"created user {made.id}")
    if _policy(arguments) in ("admins", "all"):
        print("a second factor is demanded: sign in, add one before anything else (docs/second-factor.md)")
    return 0


def _policy(arguments: argparse.Namespace) -> str | None:
    """Who must have a second factor: as the stack was deployed, else as the environment says."""
    if arguments.stack is None:
        return settings().second_factor
    region = arguments.region or configured_region()
    try:
        return parameter_of(arguments.stack, "SecondFactor", cloudformation(region))
    except NoSuchStack as error:
        raise CommandRefused(str(error)) from error


def _password(from_stdin: bool) -> str:
    try:
        first = _line_of_stdin() if from_stdin else _typed("Password: ")
        first.encode()
    except UnicodeError as error:
        raise CommandRefused("the password is not UTF-8") from error
    if not from_stdin and _typed("Again: ") != first:
        raise CommandRefused("the two passwords differ")
    return first


def _typed(prompt: str) -> str:
    """What is typed unseen. Without a terminal `getpass` would show it, or wait for a line of a file."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(prompt)
        except (getpass.GetPassWarning, EOFError) as error:
            raise CommandRefused(
                "there is no terminal to ask for the password: send it with --password-stdin", 2
            ) from error


def _line_of_stdin() -> str:
    return sys.stdin.readline().removeprefix("\ufeff").rstrip("\r\n")  # shells of Windows put it there


def _create_token(store: Store, arguments: argparse.Namespace) -> int:
    by = _operator()
    user = _user(store, arguments.user)
    expires: datetime | None = arguments.expires
    if expires is not None and expires <= by.at:
        raise CommandRefused("--expires is past", 2)
    if arguments.workspace is not None and workspaces.by_id(store, arguments.workspace) is None:
        raise CommandRefused("there is no such workspace")
    credential = Credential.new("token", user.id)
    token = ApiToken(
        id=credential.id,
        user_id=user.id,
        name=arguments.name,
        created_at=clock.instant(by.at),
        workspace_id=arguments.workspace,
        expires_at=None if expires is None else clock.instant(expires),
        token_version=user.token_version,
    )
    work = Transaction(by)
    work.check(keys.user(user.id), all_of(Present(), Absent("deleted_at")), lambda _: NotFound("user"))
    api_tokens.plan(work, token, credential.secret, imported=False)
    try:
        work.commit(store)
    except NotFound as error:
        raise CommandRefused("there is no such user") from error
    print(credential)
    return 0


def _reset_factors(store: Store, arguments: argparse.Namespace) -> int:
    user = _user(store, arguments.user)
    try:
        factors.reset(store, user, mails=True, by=_operator())
    except NotFound as error:
        raise CommandRefused("there is no such user") from error
    ended = "1 factor" if user.factors == 1 else f"{user.factors} factors"
    print(f"ended {ended} of user {user.id}, the recovery codes and all sessions")
    return 0


def _user(store: Store, text: str) -> User:
    """The user with this address, or this id; an id may look like an address."""
    try:
        lock = store.get(keys.email(canonical(text))) if "@" in text else None
    except NotAnAddress as error:
        if not keys.is_id(text) or text.startswith("@"):
            raise CommandRefused(f"--user {error}", 2) from error
        lock = None
    found = users.by_id(store, text if lock is None else str(lock["user_id"]))
    if found is None:
        raise CommandRefused("there is no such user")
    return found


def _erase_from_audit(store: Store, arguments: argparse.Namespace) -> int:
    if not keys.is_id(arguments.user):
        raise CommandRefused("--user is not an id", 2)
    if users.by_id(store, arguments.user) is not None:
        raise CommandRefused("the user is not deleted: what a user still does must be told")
    pseudonym = f"erased-{uuid4()}"
    erased = audit.erase(store, arguments.user, pseudonym)
    work = Transaction(_operator())
    work.audit(Event.AUDIT_ERASED, pseudonym, items=erased)
    work.commit(store)
    print(f"{erased} entries now say {pseudonym}")
    return 0


def _backup(store: Store, arguments: argparse.Namespace) -> int:
    copy: Path = arguments.file
    if not isinstance(store, SqliteStore):
        raise CommandRefused("backup copies an embedded store (--store); of a table AWS keeps backups", 2)
    if copy.is_dir() or copy.resolve() in (arguments.store.resolve(), key_file(arguments.store).resolve()):
        raise CommandRefused(f"{copy}: name a file of its own for the copy", 2)
    store.backup(copy)
    key = key_file(arguments.store)
    if key.exists():
        with replacing(key_file(copy)) as out:
            out.write(key.read_text("ascii"))
    print(f"copied {copy.stat().st_size} bytes{', and the key' if key.exists() else ''}")
    return 0


def _events(store: Store, arguments: argparse.Namespace) -> int:
    feed, seen = events.feed_named(arguments.workspace), str(arguments.after)
    try:
        for event, after in events.told(store, feed, seen, follow=arguments.follow):
            seen = after
            print(events.line(event), flush=arguments.follow)
    except ValueError as error:
        raise CommandRefused(f"--after={arguments.after}: {error}", 2) from error
    finally:
        if seen:
            print(f"# what comes then: --after {seen}", file=sys.stderr)
    return 0


def _verify(store: Store, arguments: argparse.Namespace) -> int:
    with Bars() as bars:
        report = verify(store, now=clock.now(), progress=bars)
    for finding in report.broken:
        print(finding)
    if report.items == 0:
        print("the store is empty", file=sys.stderr)
    if arguments.store is not None and arguments.lacks_journal:
        print(
            "the store had no journal beside it (a file whose name ends in -wal), although its last user did"
            " not close it: what was written last may be missing; `roster backup` makes whole copies",
            file=sys.stderr,
        )
    told = f"{report.items} items, {len(report.broken)} broken, {len(report.pending)} pending"
    if report.late:
        told += f", {len(report.late)} that searches or the activity lack"
    print(told, file=sys.stderr)
    return 1 if report.broken else 0


def _repair(store: Store, arguments: argparse.Namespace) -> int:
    by = _operator()
    with Bars() as bars:
        outcome = repair(store, now=by.at, by=by, progress=bars)
    for finding in outcome.mended:
        print(f"mended {finding}")
    for finding in outcome.after.broken:
        print(f"left {finding}")
    if outcome.caught_up:
        print(f"caught up on {outcome.caught_up} that searches or the activity lacked", file=sys.stderr)
    if outcome.ordered:
        print(f"ordered {outcome.ordered} mails and deliveries anew", file=sys.stderr)
    print(f"mended {len(outcome.mended)}, left {len(outcome.after.broken)}", file=sys.stderr)
    return 1 if outcome.after.broken else 0


def _doctor(arguments: argparse.Namespace) -> int:
    from botocore.exceptions import BotoCoreError, ClientError

    region = arguments.region or configured_region()
    stack = DeployedStack(arguments.stack, cache(partial(client_of, region=region)), clock.now())
    is_wrong = False
    try:
        for subject, wrong in examine(stack):
            print(f"ok     {subject}" if wrong is None else f"wrong  {subject}: {wrong}", flush=True)
            is_wrong = is_wrong or wrong is not None
    except ClientError as error:
        raise CommandRefused(f"{arguments.stack}: {error.response['Error']['Message']}") from error
    except BotoCoreError as error:  # no credentials, no network
        raise CommandRefused(f"{arguments.stack}: {error}") from error
    return 1 if is_wrong else 0


def _counted(counts: Counter[str]) -> str:
    each = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    return f"{counts.total()} ({each})" if each else "0"


if __name__ == "__main__":
    sys.exit(main())
