"""Fixtures that many tests need: made once in a process by the access patterns, then laid down as they were.

Fixtures take dozens of transactions to make, and a snapshot one call. What is made must depend on the clock,
and on nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from tests.support import snapshots
from tests.support.api import Api
from tests.support.directory import Directory

T = TypeVar("T")
Maker = Callable[[Any, Api, Directory], T]


@dataclass(frozen=True)
class _Kept:
    """What was made: what its maker returned, the table, the credentials that `Api` holds, when it ended."""

    made: Any
    table: snapshots.Snapshot
    cookies: dict[str, str]
    tokens: dict[str, str]
    ended: datetime


_known: dict[tuple[str, datetime], _Kept] = {}


def lay(name: str, api: Api, directory: Directory, make: Callable[[], T]) -> T:
    """What `make` makes in an empty table, by a name of its own; in any other table it is made in full."""
    if api.store.scan(limit=1).items:
        return make()
    key = name, api.clock()
    if key not in _known:
        made = make()
        _known[key] = _Kept(
            made, snapshots.take(api.store), dict(api.cookies), dict(api.tokens), api.clock.moment
        )
        return made
    kept = _known[key]
    snapshots.lay_down(kept.table, api.store)
    api.cookies.update(kept.cookies)
    api.tokens.update(kept.tokens)
    api.clock.moment = kept.ended
    own: T = _renewed(kept.made, api=api, directory=directory)
    return own


def made_once(make: Maker[T]) -> Maker[T]:
    """For the class method that makes fixtures."""

    @wraps(make)
    def made(cls: Any, api: Api, directory: Directory) -> T:
        return lay(f"{cls.__module__}.{cls.__qualname__}", api, directory, lambda: make(cls, api, directory))

    return made


def _renewed(made: Any, **own: Any) -> Any:
    """Fixtures of this test's own, with its `api` and `directory` where they hold them."""
    if not is_dataclass(made) or isinstance(made, type):
        return made
    names = {field.name for field in fields(made)}
    return replace(made, **{name: value for name, value in own.items() if name in names})
