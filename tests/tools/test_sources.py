"""`roster import --from`: files of other systems become records."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from cli.sources import SOURCES, SourceOutcome, load
from cli.verify import verify
from local.embedded import open_embedded
from tests.support.api import Api
from tests.tools import foreign_files
from tests.tools.foreign_files import FILES, PEOPLE, address_of, name_of, password_of
from tests.tools.support import BY, Records

FEW = 24


class Roster:
    """The command, on a store of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.store = folder / "roster.db"

    def __call__(self, source: str, content: bytes | str, *more: str, code: int = 0) -> tuple[str, str]:
        """What an import of this content writes to its output, and of errors."""
        file = self.folder / "theirs"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        chosen = ["--from", source] if source else []
        assert main(["import", *chosen, str(file), "--store", str(self.store), *more]) == code
        told = self.capsys.readouterr()
        return told.out, told.err

    def users(self) -> list[dict[str, Any]]:
        self.capsys.readouterr()
        assert main(["export", "--store", str(self.store)]) == 0
        lines = map(json.loads, self.capsys.readouterr().out.splitlines())
        return [line for line in lines if line["type"] == "user"]


@pytest.fixture
def roster(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Roster:
    return Roster(tmp_path, capsys)


# Each system's file.


def test_there_is_a_file_of_every_known_system() -> None:
    assert {*FILES, "csv", "json"} == {*SOURCES}


def come_and_log_in(api: Api, folder: Path, name: str, people: int) -> None:
    """Import, log in with the old passwords, export, import elsewhere, verify."""
    file = FILES[name](people)
    path = folder / "theirs"
    path.write_bytes(file.content)

    def bring() -> SourceOutcome:
        done = load(api.store, path, SOURCES[name], renamed={}, by=BY)
        assert done.bad == []
        assert sum(map(len, done.report.left_out.values())) == file.left_out
        return done

    made = bring().outcome.created["user"]
    assert made >= people
    if file.has_passwords:
        for number in {*range(12), people - 1}:
            body = {"email": address_of(number), "password": password_of(number)}
            for _ in range(2):  # with their hash, and then with ours
                answer = api.post("/api/auth/login", body)
                assert answer.status == (401 if number % 50 == 7 else 200), number
        wrong = {"email": address_of(9), "password": password_of(8)}
        assert api.post("/api/auth/login", wrong).status == 401
    assert bring().outcome.unchanged["user"] == made

    exported = Records(api.store, folder).exported("user")
    found = {line["email"]: line for line in exported}
    assert {address_of(number) for number in range(people)} <= found.keys()
    for number, own in file.ids.items():
        line = found[address_of(number)]
        assert (line["id"], line["active"]) == (own, number % 50 != 7)
    first, last = name_of(1)
    assert (found[address_of(1)]["firstName"], found[address_of(1)]["lastName"]) == (first, last)
    other = open_embedded(folder / "other.db")
    assert Records(other, folder).good(*exported).created.total() == len(exported)
    for store in (api.store, other):
        assert not verify(store, now=api.clock()).broken
    other.close()


@pytest.mark.parametrize("name", FILES)
def test_people_come_and_log_in(api: Api, tmp_path: Path, name: str) -> None:
    come_and_log_in(api, tmp_path, name, FEW)


@pytest.mark.real
@pytest.mark.parametrize("name", FILES)
def test_a_thousand_people_come_and_log_in(api: Api, tmp_path: Path, name: str) -> None:
    come_and_log_in(api, tmp_path, name, PEOPLE)


# What the command says.


def test_what_is_left_out_and_why_is_told(roster: Roster) -> None:
    out, err = roster("keycloak", foreign_files.keycloak(6).content, code=1)
    assert err == ""
    assert out.splitlines() == [
        "read 8 of a Keycloak realm export",
        "left out 1: has no e-mail address (user 8)",
        "not carried: attributes (3), groups (2), realmRoles (6)",
        "created 7 (7 user)",
        "unchanged 0",
    ]


def test_a_password_that_cannot_come_is_told(roster: Roster) -> None:
    out, _ = roster("auth0", foreign_files.auth0(2).content, code=1)
    assert "without a password 1: hashed with md5, which is not taken" in out.splitlines()
    assert "left out 1: has no e-mail address (user 4)" in out.splitlines()


def test_a_format_without_passwords_says_so(roster: Roster) -> None:
    for name in ("okta", "cognito"):
        out, _ = roster(name, FILES[name](2).content)
        assert "note: the format has no passwords: nobody can log in with one before it is set" in out


def test_a_page_of_a_scim_list_says_that_there_is_more(roster: Roster) -> None:
    told = json.loads(foreign_files.scim(3).content)
    out, _ = roster("scim", json.dumps({**told, "totalResults": 900}))
    assert "note: the list holds 4 of 900: ask for the other pages too" in out
    assert "not carried: externalId (3), resources that are no users (1)" in out


def test_a_bad_record_is_named_by_its_place_in_their_file(roster: Roster) -> None:
    text = "email,fullName\na@x.test,Ann\n\nnobody,Bob\nA@X.test,Ann again\n"
    _, err = roster("csv", text, code=1)
    assert err.splitlines() == [
        "line 4: user: email is not a valid e-mail address",
        "line 5: user: line 2 is the same one, but differs",
    ]
    costly = {"user_id": "1", "email": "b@x.test", "password_hash": "$2b$31$" + "x" * 53}
    _, err = roster("auth0", json.dumps([costly]), code=1)
    assert err == "user 1: user: passwordHash asks for more work than a login may cost\n"


def test_a_dry_run_shows_the_first_and_changes_nothing(roster: Roster) -> None:
    content = foreign_files.auth0(8).content
    out, _ = roster("auth0", content, "--dry-run", code=1)
    shown = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    assert [line["id"] for line in shown] == [f"auth0|{number:024x}" for number in range(5)]
    assert {line["passwordHash"] for line in shown} == {"..."}
    assert "would create 9 (9 user)" in out
    assert not roster.store.exists()
    roster("csv", "email\na@x.test\n")
    before = roster.users()
    out, _ = roster("csv", "email\na@x.test\nb@x.test\n", "--dry-run")
    assert "would create 1 (1 user)\nunchanged 1 (1 user)\n" in out
    assert roster.users() == before


def test_a_dry_run_of_records_shows_no_secret(roster: Roster) -> None:
    lines = [{"type": "user", "email": "a@x.test", "password": "a sentinel, long enough"}, {"type": "user"}]
    out, err = roster("", "\n".join(map(json.dumps, lines)), "--dry-run", code=1)
    assert "sentinel" not in out + err
    assert err == "line 2: user: email is missing\n"
    assert "would create 1 (1 user)" in out
    assert not roster.store.exists()


def test_nothing_of_a_file_commands_the_terminal(roster: Roster) -> None:
    odd = "\u202e\u009b31m\x1b[2J"
    user = {
        "email": f"{odd}@x.test",
        f"field{odd}": 1,
        "custom_password_hash": {"algorithm": odd, "hash": {}},
    }
    for more in ([], ["--dry-run"]):
        out, err = roster("auth0", json.dumps([user]), *more, code=1)
        assert all(char.isprintable() or char == "\n" for char in out + err)


# CSV.


def test_columns_named_as_our_fields_are_taken(roster: Roster) -> None:
    table = (
        "\ufeffid;Email;fullName;roles;active;notifications;createdAt;shoe\r\n"
        "u1;a@x.test;Ann;ADMIN,USER;no;2;2020-01-02 03:04:05+02:00;42\r\n"
        "u2;b@x.test;;;yes;;;\r\n"
    )
    out, _ = roster("csv", table)
    assert "not carried: shoe (1)" in out
    ann, bob = roster.users()
    assert (ann["id"], ann["roles"], ann["active"], ann["notifications"]) == (
        "u1",
        ["ADMIN", "USER"],
        False,
        2,
    )
    assert (ann["createdAt"], bob["fullName"], bob["active"]) == ("2020-01-02T01:04:05Z", "b@x.test", True)


def test_columns_are_mapped(roster: Roster) -> None:
    table = 'Mail,"Full name",group=\na@x.test,"Ann\nLee, B",x\n'
    roster(
        "csv", table, "--map", "Mail=email", "--map", "Full name=userName", code=1
    )  # a line break in a name
    table = 'Mail,"Full name",group=\na@x.test,"Lee, B",x\n'
    roster("csv", table, "--map", "Mail=email", "--map", "Full name=fullName", "--map", "group==userName")
    (ann,) = roster.users()
    assert (ann["email"], ann["fullName"], ann["userName"]) == ("a@x.test", "Lee, B", "x")


@pytest.mark.parametrize("mapped", ["email", "=email", "Mail=mail", "Mail="])
def test_a_mapping_names_a_column_and_a_field(
    roster: Roster, capsys: pytest.CaptureFixture[str], mapped: str
) -> None:
    with pytest.raises(SystemExit):
        roster("csv", "x", "--map", mapped)
    assert "argument --map: must be COLUMN=FIELD" in capsys.readouterr().err


@pytest.mark.parametrize("source", ["", "keycloak", "okta"])
def test_only_csv_and_json_are_mapped(roster: Roster, source: str) -> None:
    _, err = roster(source, "x", "--map", "Mail=email", code=2)
    assert err == "roster: --map is for --from csv and --from json\n"


def test_a_row_with_another_number_of_cells_is_left_out(roster: Roster) -> None:
    out, _ = roster("csv", "email,fullName\na@x.test\nb@x.test,Bob\n", code=1)
    assert "left out 1: has not 2 cells, as the first row has (line 2)" in out
    assert len(roster.users()) == 1


def test_json_is_an_array_of_records(roster: Roster) -> None:
    told = [
        {"type": "workspace", "id": "w1", "key": "acme", "name": "Acme"},
        {"id": "u1", "Mail": "a@x.test"},
        {"type": "membership", "workspaceId": "w1", "userId": "u1"},
    ]
    out, _ = roster("json", json.dumps(told, indent=1), "--map", "Mail=email")
    assert "created 3 (1 membership, 1 user, 1 workspace)" in out


# Passwords of old exports.


def test_a_password_of_a_keycloak_before_4_and_a_plain_one_come_too(api: Api, tmp_path: Path) -> None:
    salt, password = b"0123456789abcdef", "an old password of ours"
    value = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 20, 64)
    old = {
        "type": "password",
        "hashedSaltedValue": foreign_files.b64(value),
        "salt": foreign_files.b64(salt),
        "hashIterations": 20,
        "algorithm": "pbkdf2-sha256",
    }
    plain = {"type": "password", "value": password, "temporary": False}
    odd = {"type": "password", "secretData": "{}", "credentialData": "{}"}
    code = {"type": "otp", "secretData": "{}", "credentialData": "{}"}
    users = [
        {"id": name, "email": f"{name}@x.test", "credentials": told}
        for name, told in (("a", [code, old]), ("b", [plain]), ("c", [odd]))
    ]
    (tmp_path / "theirs").write_text(json.dumps([{"realm": "r", "users": users}]))
    done = load(api.store, tmp_path / "theirs", SOURCES["keycloak"], renamed={}, by=BY)
    assert done.bad == []
    assert done.report.not_carried == {"credentials of type otp": 1}
    assert done.report.without_password == {"hashed in a way that is not known": 1}
    for name, status in (("a", 200), ("b", 200), ("c", 401)):
        answer = api.post("/api/auth/login", {"email": f"{name}@x.test", "password": password})
        assert answer.status == status, name


@pytest.mark.parametrize("name", ["secretData", "credentialData"])
@pytest.mark.parametrize(
    "odd",
    [
        None,
        7,
        "",
        "[]",
        "{}",
        "null",
        '{"salt": null, "value": "eA=="}',
        '{"salt": "?", "value": "eA=="}',
        '{"hashIterations": null, "algorithm": "pbkdf2"}',
        '{"hashIterations": 5, "algorithm": ["pbkdf2"]}',
        '{"hashIterations": 5, "algorithm": "argon2"}',
        '{"hashIterations": 5, "algorithm": "argon2", "additionalParameters": []}',
        '{"hashIterations": 5, "algorithm": "argon2", "additionalParameters": {"memory": [], "type": 7}}',
        '{"hashIterations": 5, "algorithm": "argon2", "additionalParameters": {"memory": "8"}}',
    ],
)
def test_a_credential_that_cannot_be_read_costs_only_the_password(
    roster: Roster, name: str, odd: Any
) -> None:
    good = {
        "type": "password",
        "secretData": '{"salt": "c2l4dGVlbiBieXRlcyEh", "value": "c2l4dGVlbiBieXRlcyEh"}',
        "credentialData": '{"hashIterations": 5, "algorithm": "pbkdf2"}',
    }
    user = {"id": "u1", "email": "a@x.test", "credentials": [{**good, name: odd}]}
    out, err = roster("keycloak", json.dumps({"realm": "r", "users": [user]}))
    assert "without a password 1: hashed in a way that is not known" in out
    assert err == ""


# Files that are none of theirs.


@pytest.mark.parametrize(
    ("source", "content", "reason"),
    [
        ("keycloak", b"[]", "not a Keycloak realm export: names no realm"),
        ("keycloak", b"{", "not a Keycloak realm export: is not JSON"),
        ("keycloak", b"[" * 100_000, "not a Keycloak realm export: is nested too deeply"),
        (
            "keycloak",
            b'{"realm": "acme"}',
            "not a Keycloak realm export: holds no users: `kc.sh export --users realm_file` writes them",
        ),
        ("keycloak", b'{"realm": "acme", "users": 7}', "not a Keycloak realm export: has no list of users"),
        ("auth0", b"\xff", "not a bulk import file of Auth0: is not UTF-8"),
        (
            "auth0",
            b'[{"realm": 1}]',
            "not a bulk import file of Auth0: has no users of Auth0: they have email, user_id or username",
        ),
        ("okta", b"a,b\n1,2\n", "not a CSV of Okta's users: has no column login"),
        ("cognito", b"a,b\n1,2\n", "not a CSV of a Cognito user pool: has no column cognito:username"),
        ("scim", b'{"users": []}', "not a SCIM list of users: has no resources of SCIM: each has schemas"),
        ("json", b'{"people": []}', "not a JSON array of records: has no list of records"),
        (
            "csv",
            b"a,b\n1,2\n",
            "not a table of users in CSV: has no column that is the email: name it by --map column=email",
        ),
        ("csv", b"email,email\n", "not a table of users in CSV: names a column twice"),
        ("csv", b'email,b\n"x', "not a table of users in CSV: is not CSV from line 2 on"),
    ],
)
def test_a_file_of_another_format_is_refused_in_one_line(
    roster: Roster, source: str, content: bytes, reason: str
) -> None:
    out, err = roster(source, content, code=1)
    assert (out, err) == ("", f"roster: {roster.folder / 'theirs'}: {reason}\n")
    assert roster.users() == []


@pytest.mark.parametrize(
    ("content", "seems"),
    [
        *(
            pytest.param(
                FILES[name](2).content,
                f"{SOURCES[name].title}: `roster import --from {name}` reads it",
                id=f"FN-06-{name}",
            )
            for name in FILES
        ),
        pytest.param(
            b'[\n{"type": "user"}]',
            "a JSON array of records: `roster import --from json` reads it",
            id="FN-06-json",
        ),
        pytest.param(
            b"mail;name\na@x.test;Ann",
            "a table of users in CSV: `roster import --from csv` reads it",
            id="FN-06-csv",
        ),
        pytest.param(
            b'{\n  "people": 1\n}',
            "one JSON document: records are JSON objects, one a line (docs/records.md)",
            id="FN-06-a-document",
        ),
        pytest.param(
            b"PK\x03\x04...",
            "an archive or a spreadsheet: save it as CSV for `roster import --from csv`",
            id="FN-06-xlsx",
        ),
        pytest.param(b"\x1f\x8b\x08...", "compressed: unpack it first", id="FN-06-gzip"),
        pytest.param(
            b"SQLite format 3\x00...",
            "an embedded store: `make run STORE=...` serves it, and --store names it",
            id="FN-06-store",
        ),
    ],
)
def test_a_file_that_is_none_of_records_is_told_what_it_seems(
    roster: Roster, content: bytes, seems: str
) -> None:
    out, err = roster("", content, code=1)
    assert (out, err) == (
        "",
        f"roster: {roster.folder / 'theirs'}: not a file of records, but seems {seems}\n",
    )
    assert roster.users() == []


def test_fn_06_a_bad_line_does_not_make_it_another_file(roster: Roster) -> None:
    _, err = roster("", '{"type": "usr"}\n[]\n{"type": "user", "email": "a@x.test"}\n', code=1)
    assert err.splitlines() == ["line 1: type 'usr' is not known", "line 2: is not a JSON object"]
    assert len(roster.users()) == 1
