"""GET /api/admin/users: the site's users in order of creation, or those that are looked for.

To platform ADMINs.
"""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import AdminUser, Listed, PageNumber, PageRequest, PageSize
from roster.dialects.workspaces.search import (
    ExactEmail,
    Found,
    Search,
    SearchCursor,
    SearchText,
    UserRole,
    UserStatus,
    demand_one_kind,
)
from roster.directory import search, user_lists, users

app, handler = endpoint(Access.PLATFORM_ADMIN)

_PAGES = ("page", "size")
_KINDS = {"": _PAGES, "email": (), "q": ("size", "cursor"), "status": _PAGES, "role": _PAGES}


@app.get("/api/admin/users")
def list_users(
    page: PageNumber = "",
    size: PageSize = "",
    email: ExactEmail = "",
    q: SearchText = "",
    cursor: SearchCursor = "",
    status: UserStatus = "",
    role: UserRole = "",
) -> Listed[AdminUser] | Found[AdminUser]:
    call, paging = app.call, PageRequest.of(page, size)
    asked = {
        "email": email,
        "q": q,
        "status": status,
        "role": role,
        "cursor": cursor,
        "page": page,
        "size": size,
    }
    kind = demand_one_kind(asked, _KINDS)
    if kind == "q":
        question = Search(call, q, size, cursor)
        people, place = search.users_page(call.store, q, question.rows, question.place())
        return question.answer([AdminUser.of(user) for user in people], place)
    if kind == "email":
        people = search.by_address(call.store, email)
        total = len(people)
    elif kind:
        people, total = user_lists.page(call.store, asked[kind], paging.page, paging.size)
    else:
        people, total = users.page(call.store, paging.page, paging.size)
    return call.listed(paging, [AdminUser.of(user) for user in people], total)
