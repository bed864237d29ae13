"""GET /minimal/rest/user/v1/project/detail."""

import pytest

from roster.db import keys
from roster.db.store import Update
from tests.support.api import Api
from tests.user_space.fixtures import DATABASE, Fixtures, ask, data_of

CONNECTION = [
    ("host", "db.example"),
    ("port", "5432"),
    ("username", "app"),
    ("db_name", "web"),
    ("db_type", "postgres"),
    ("connect_timeout_secs", 5),
    ("idle_timeout_secs", 60),
    ("max_open_connections", 10),
    ("max_idle_connections", 2),
]


def test_the_project_with_its_databases(api: Api, fixtures: Fixtures) -> None:
    shown = data_of(ask(api, fixtures, "project/detail", fixtures.member))
    assert list(shown) == ["project_id", "org_id", "name", "abbreviation", "description", "database"]
    assert [list(database.items()) for database in shown["database"]] == [CONNECTION]


def test_a_project_without_a_database_has_an_empty_list(api: Api, fixtures: Fixtures) -> None:
    assert (
        data_of(ask(api, fixtures, "project/detail", fixtures.boss, project=fixtures.ops))["database"] == []
    )


@pytest.mark.row("H-15")
def test_a_password_is_never_shown_though_the_table_held_one(api: Api, fixtures: Fixtures) -> None:
    stored = {name: getattr(DATABASE, name) for name, _ in CONNECTION}
    secret = {"password": "hunter2", "connection_string": "postgres://app:hunter2@db"}
    api.store.write(Update(keys.project(fixtures.web.id), set={"database": [stored | secret]}))
    answer = ask(api, fixtures, "project/detail", fixtures.member)
    assert [list(database.items()) for database in data_of(answer)["database"]] == [CONNECTION]
    assert "hunter2" not in answer.text
