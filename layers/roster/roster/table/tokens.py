"""API tokens: bearer credentials without idle time, made by their users or brought by an import."""

from roster.credentials import digest, identifier
from roster.errors import Taken
from roster.model import ApiToken
from roster.table import keys
from roster.table.mapping import attributes
from roster.table.store import Absent, Item, Put
from roster.table.transaction import Transaction, item


def id_of(secret: str) -> str:
    """The id of the token with this secret."""
    return identifier(digest(secret))


def plan(work: Transaction, token: ApiToken, secret: str, *, imported: bool) -> None:
    """The operations that make a token; an imported secret names no user, so a lock leads from it to one."""
    state: Item = {**attributes(token), "digest": digest(secret)}
    work.do(Put(item(keys.token(token.user_id, token.id), state), Absent()), lambda _: Taken("token"))
    if imported:
        lead = item(keys.secret(digest(secret)), {"user_id": token.user_id, "token_id": token.id})
        work.do(Put(lead, Absent()), lambda _: Taken("token"))
    work.audit("token.created", token.user_id, token=token.id)
