"""What the Testmo API's endpoints ask the directory: referenced objects, and groups, roles and projects."""

from collections.abc import Sequence

from roster.db import keys
from roster.db.store import Key, Store
from roster.dialects.testmo.api import TestmoCall, number_in
from roster.dialects.testmo.schemas import (
    TestmoExpands,
    TestmoNamed,
    TestmoNamedPageWithExpands,
    TestmoOneNamed,
    TestmoPage,
    TestmoPageRequest,
)
from roster.directory import projects, reference_data, users
from roster.domain import Group, PermissionRole, User
from roster.errors import (
    FieldError,
    Forbidden,
    NotFound,
    ValidationFailed,
)
from roster.http.request import Request


def project_of(request: Request) -> list[Key]:
    """The list's row of the project in the path."""
    number = number_in(request.path.get("project_id", ""))
    return [] if number is None else [projects.place_of(number)]


def reference(request: Request) -> list[Key]:
    """What says which roles and groups were deleted, and still stand with users."""
    return [keys.reference()]


_KINDS = ("groups", "roles", "users")


def expands_in(text: str, *, only: str = "") -> frozenset[str]:
    """Which referenced objects are asked for. Raises ValidationFailed for a kind that there is not."""
    asked = frozenset(text.split(",")) if text else frozenset()
    known = (only,) if only else _KINDS
    if asked - set(known):
        raise ValidationFailed(FieldError("expands", f"Only {', '.join(known)} can be expanded."))
    return asked


def expanded(store: Store, found: Sequence[User], asked: frozenset[str]) -> TestmoExpands:
    """The objects that these users refer to, of the kinds asked for: one BatchGet a hundred."""
    if not asked:
        return TestmoExpands()
    groups = {number for user in found for number in user.groups} if "groups" in asked else set()
    roles = {user.role_number for user in found if user.role_number} if "roles" in asked else set()
    makers = {n for user in found for n in (user.created_by_number, user.updated_by_number) if n}
    rows = users.rows_of(makers if "users" in asked else set())
    wanted = [*map(keys.group, groups), *map(keys.permission_role, roles), *rows]
    items = store.batch_get(wanted)
    return TestmoExpands(
        groups=_shown(reference_data.groups(items)) if "groups" in asked else None,
        roles=_shown(reference_data.roles(items)) if "roles" in asked else None,
        users=_shown_users(users.in_rows(items)) if "users" in asked else None,
    )


def _shown(named: Sequence[Group] | Sequence[PermissionRole]) -> list[TestmoNamed]:
    return sorted((TestmoNamed.of(one) for one in named), key=lambda one: one.id)


def _shown_users(found: Sequence[User]) -> list[TestmoNamed]:
    return sorted((TestmoNamed.of_user(user) for user in found), key=lambda one: one.id)


def siblings(
    call: TestmoCall, kind: str, paging: TestmoPageRequest, expands: str
) -> TestmoNamedPageWithExpands:
    """A page of groups or roles, to site admins, or of the projects that the caller sees."""
    if kind == "projects" and call.user.is_admin:
        found, total = projects.page(call.store, paging.page, paging.size)
        shown = [TestmoNamed.of(project) for project in found]
    else:
        every = _named(call, kind)
        first, total = (paging.page - 1) * paging.size, len(every)
        shown = every[first : first + paging.size]
    asked = TestmoExpands(users=[] if expands_in(expands, only="users") else None)
    return TestmoNamedPageWithExpands(**TestmoPage.numbers(paging, total), result=shown, expands=asked)


def sibling(call: TestmoCall, kind: str, expands: str) -> TestmoOneNamed:
    """One group or role, to site admins, or one project, to whoever sees it. Raises NotFound."""
    number = call.number("number")
    asked = TestmoExpands(users=[] if expands_in(expands, only="users") else None)
    if kind == "projects":
        row = call.store.get(projects.place_of(number))
        return TestmoOneNamed(
            result=TestmoNamed.of(projects.visible(call.store, call.user, row)), expands=asked
        )
    found = next((one for one in _named(call, kind) if one.id == number), None)
    if found is None:
        raise NotFound(kind)
    return TestmoOneNamed(result=found, expands=asked)


def _named(call: TestmoCall, kind: str) -> list[TestmoNamed]:
    """All groups or roles, which a site has few of, or the caller's own projects; by integer id."""
    if kind == "projects":
        return sorted(map(TestmoNamed.of, projects.of_user(call.store, call.user)), key=lambda one: one.id)
    if not call.user.is_admin:
        raise Forbidden(call.user.id)
    return _shown(
        reference_data.all_groups(call.store) if kind == "groups" else reference_data.all_roles(call.store)
    )
