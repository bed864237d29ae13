"""Orders of mail: written with what is to be told, so that the table's stream starts the mail.

An order names an item and the nonce of the link that is to be sent (or of its transaction, where there is no
link); a later order takes the place of one before it. A mail is sent at least once: its order is removed when
it was.
"""

from collections.abc import Iterator
from datetime import datetime

from roster.clock import instant
from roster.db import keys
from roster.db.store import Delete, Equals, Item, Key, Present, Put, Refused, Store, Update, every
from roster.db.transactions import Transaction, item


def order(work: Transaction, key: Key, nonce: str, **whom: str) -> None:
    """Order a mail in the transaction that makes its link, or that it tells of."""
    work.do(Put(item(key, {**whom, "nonce": nonce, "job": work.token, "since": instant(work.by.at)})))


def orders(store: Store) -> Iterator[Item]:
    """The mails that are ordered and not sent: one Query a megabyte."""
    return every(store, keys.MAIL)


def ordered(store: Store, key: Key) -> Item | None:
    """The order under a key, if it is still to be done: one Get."""
    return store.get(key)


def order_again(store: Store, found: Item, now: datetime) -> bool:
    """Have the table's stream tell of an order once more, if it is still as it was read: one Write."""
    same = Equals("job", found["job"]) if "job" in found else Present()
    try:
        store.write(Update(Key.of(found), set={"again": instant(now)}, condition=same))
    except Refused:
        return False
    return True


def done(store: Store, found: Item) -> None:
    """Remove an order, unless another has taken its place: one Write."""
    try:
        store.write(Delete(Key.of(found), Equals("job", found.get("job"))))
    except Refused:
        return
