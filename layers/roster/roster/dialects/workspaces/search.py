"""Searches in the Workspaces dialect (docs/search.md): what may be asked for, and how it is shown."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AfterValidator

from roster import bounds, clock, dependencies
from roster.dialects.fields import Email, Moment, Wire, visible
from roster.dialects.workspaces.api import WorkspacesCall
from roster.dialects.workspaces.schemas import AdminUser, Listed, PageRequest, T
from roster.directory import search, user_lists, users
from roster.directory.search import SHORTEST, folded
from roster.errors import Fault, FieldError, Unavailable, ValidationFailed
from roster.http import cursors, words

SIZE = 100  # rows a page of a search, where none is asked for


def _searched(text: str) -> str:
    wanted = folded(visible(text))
    if len(wanted) < SHORTEST:
        raise ValueError(f"must have at least {SHORTEST} characters that are no spaces or hyphens around")
    return wanted


SearchText = Annotated[
    str,
    Query(
        max_length=bounds.LINE_CHARACTERS,
        description="How the address (of a workspace the key) or a word of the name begins, at least two "
        "characters, without regard to case and accents.",
    ),
    AfterValidator(_searched),
]
SearchCursor = Annotated[
    str,
    Query(
        max_length=bounds.CURSOR_CHARACTERS,
        description="With `q`: `meta.next` of the page before, with all else as it was asked then.",
    ),
]
UserStatus = Annotated[str, Query(pattern=words.USER_STATUS, description="Only users who are so.")]
UserRole = Annotated[
    str, Query(pattern=words.PLATFORM_ROLE, description="Only users who have this platform role.")
]
ExactEmail = Annotated[Email, Query(description="The whole e-mail address: finds one or none.")]


class FoundMeta(Wire):
    """How to go on: `next` is null on the last page, and only there."""

    size: int
    next: str | None


class FoundPage(Wire, Generic[T]):
    """A page of what was found; it may have fewer rows than `size` and yet not be the last."""

    code: Literal["SUCCESS"] = "SUCCESS"
    data: list[T]
    meta: FoundMeta
    timestamp: Moment


def demand_one_kind(asked: Mapping[str, str], kinds: Mapping[str, Collection[str]]) -> str:
    """Which of the kinds of a list is asked for (empty: none of them); each says what else it takes.

    Raises ValidationFailed where two are, or where one does not take a parameter.
    """
    given = [name for name, value in asked.items() if value]
    named = [name for name in given if name in kinds and name]
    if len(named) > 1:
        raise ValidationFailed(FieldError(named[1], f"cannot be asked for together with {named[0]}"))
    kind = named[0] if named else ""
    for name in given:
        if name != kind and name not in kinds[kind]:
            reason = f"is not taken together with {kind}" if kind else "is taken together with q alone"
            raise ValidationFailed(FieldError(name, reason))
    return kind


def is_search(q: str, cursor: str, page: str) -> bool:
    """Whether a list is searched. Raises ValidationFailed for a page of a search, a cursor of none."""
    asked = {"q": q, "cursor": cursor, "page": page}
    return bool(demand_one_kind(asked, {"": ("page",), "q": ("cursor",)}))


@dataclass(frozen=True, slots=True)
class SearchQuestion:
    """What was searched for, as it was sent; `wanted` is folded."""

    call: WorkspacesCall
    wanted: str
    size: str
    cursor: str

    @property
    def rows(self) -> int:
        return int(self.size or SIZE)

    def place(self) -> str:
        """Where the search goes on. Raises ValidationFailed for a cursor of another search."""
        if not self.cursor:
            return ""
        return cursors.opened(self._keys(), self._about, self.cursor, self.call.now)

    def answer(self, data: list[T], place: str) -> FoundPage[T]:
        following = cursors.sealed(self._keys(), self._about, place, self.call.now) if place else None
        return FoundPage(
            data=data,
            meta=FoundMeta(size=self.rows, next=following),
            timestamp=clock.instant(self.call.now),
        )

    @property
    def _about(self) -> str:
        return json.dumps([self.call.request.raw_path, self.call.user.id, self.wanted, self.rows])

    def _keys(self) -> Sequence[bytes]:
        """What seals cursors. Raises Unavailable where the deployment's key is out of reach."""
        found = dependencies.current().deployment_keys(cursors.PURPOSE)
        if not found:
            raise Unavailable(retry_after=60, fault=Fault("NoDeploymentKey", passing=False))
        return found


_PAGES = ("page", "size")
_KINDS = {"": _PAGES, "email": (), "q": ("size", "cursor"), "status": _PAGES, "role": _PAGES}


def users_asked_for(
    call: WorkspacesCall, asked: Mapping[str, str]
) -> Listed[AdminUser] | FoundPage[AdminUser]:
    """The users that a list's parameters ask for, one kind at a time. Raises ValidationFailed."""
    kind, paging = demand_one_kind(asked, _KINDS), PageRequest.of(asked["page"], asked["size"])
    if kind == "q":
        question = SearchQuestion(call, asked["q"], asked["size"], asked["cursor"])
        people, place = search.users_page(call.store, asked["q"], question.rows, question.place())
        return question.answer([AdminUser.of(user) for user in people], place)
    if kind == "email":
        people = search.by_address(call.store, asked["email"])
        total = len(people)
    elif kind:
        people, total = user_lists.page(call.store, asked[kind], paging.page, paging.size)
    else:
        people, total = users.page(call.store, paging.page, paging.size)
    return call.listed(paging, [AdminUser.of(user) for user in people], total)
