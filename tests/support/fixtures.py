"""The ground that many tests stand on: made once in a process by the access patterns, then laid down as rows.

A scene takes dozens of transactions to make, and its rows a few batches. What is made must depend on the
clock, and on nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from roster.db.store import Item
from tests.support.api import Api, everything
from tests.support.directory import Directory

T = TypeVar("T")
Maker = Callable[[Any, Api, Directory], T]


@dataclass(frozen=True)
class _Ground:
    """What was made: what its maker returned, the rows, the credentials that `Api` holds, when it ended."""

    made: Any
    rows: list[Item]
    cookies: dict[str, str]
    tokens: dict[str, str]
    ended: datetime


_known: dict[tuple[str, datetime], _Ground] = {}


def lay(name: str, api: Api, directory: Directory, make: Callable[[], T]) -> T:
    """What `make` makes in an empty table, by a name of its own; in any other table it is made in full."""
    if api.store.scan(limit=1).items:
        return make()
    key = name, api.clock()
    if key not in _known:
        made = make()
        _known[key] = _Ground(
            made, everything(api.store), dict(api.cookies), dict(api.tokens), api.clock.moment
        )
        return made
    ground = _known[key]
    api.store.bulk_put(ground.rows)
    api.cookies.update(ground.cookies)
    api.tokens.update(ground.tokens)
    api.clock.moment = ground.ended
    own: T = _renewed(ground.made, api=api, directory=directory)
    return own


def made_once(make: Maker[T]) -> Maker[T]:
    """For a scene's class method that makes it."""

    @wraps(make)
    def made(cls: Any, api: Api, directory: Directory) -> T:
        return lay(f"{cls.__module__}.{cls.__qualname__}", api, directory, lambda: make(cls, api, directory))

    return made


def _renewed(made: Any, **own: Any) -> Any:
    """A scene of this test's own, with its `api` and `directory` where it holds them."""
    if not is_dataclass(made) or isinstance(made, type):
        return made
    names = {field.name for field in fields(made)}
    return replace(made, **{name: value for name, value in own.items() if name in names})
