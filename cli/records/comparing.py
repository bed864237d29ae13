"""What the table already holds of a file's records, and what of it stands in their way."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from cli.records.ledger import Ledger, State
from roster.db import keys
from roster.db.store import Item, Key, Store, chunks, every
from roster.directory import provisioning
from roster.directory.folding import folded

_AT_ONCE = 1000

_PROFILES: Mapping[str, Callable[[str], Key]] = {
    "workspace": keys.workspace,
    "project": keys.project,
    "space": keys.space,
    "app": keys.app,
    "feature": keys.feature,
    "role": lambda number: keys.permission_role(int(number)),
    "group": lambda number: keys.group(int(number)),
    "user": keys.user,
    "client": keys.client,
    "scimUser": lambda name: keys.scim_view(*name.split(" ")),
    "workspaceGroup": lambda name: keys.workspace_group(*name.split(" ")),
}
_NUMBERED = {"project": keys.PROJECTS, "user": keys.USERS}
_TITLED = {"role": keys.permission_role(0).pk, "group": keys.group(0).pk}


def compare(store: Store, ledger: Ledger, tick: Callable[[int, int], None]) -> None:
    """Ask the table for every entry and every unique value; `tick` hears how many of how many are done."""
    done, total = 0, _total(ledger)
    for kind, profile in _PROFILES.items():
        named = ((entry, profile(name)) for name, entry in ledger.entries[kind].items() if "#" not in name)
        for entry, found in _asked(store, named):
            done += 1
            if found is not None:
                _found(ledger, entry, found)
            if done % _AT_ONCE == 0:
                tick(done, total)
    uniques = [
        ("email", ((entry, keys.email(each)) for each, entry in ledger.addresses.items())),
        ("key", ((entry, keys.workspace_key(each)) for each, entry in ledger.keys.items())),
        ("name", ((entry, keys.space_name(*each)) for each, entry in ledger.space_names.items())),
        ("displayName", ((entry, keys.group_name(*each)) for each, entry in ledger.group_names.items())),
        *(("number", _rows(ledger, kind, listing)) for kind, listing in _NUMBERED.items()),
    ]
    for label, wanted in uniques:
        for entry, found in _asked(store, wanted):
            done += 1
            if found is not None and ledger.states[entry] == State.NEW:
                _held(ledger, entry, label)
            if done % _AT_ONCE == 0:
                tick(done, total)
    for entry, found in _asked(store, _memberships(ledger)):
        if found is not None:
            ledger.states[entry] = State.THERE
    _compare_user_names(store, ledger)
    for kind, partition in _TITLED.items():
        _compare_titles(store, ledger, kind, partition)
    tick(total, total)


def _total(ledger: Ledger) -> int:
    uniques = len(ledger.addresses) + len(ledger.keys) + len(ledger.space_names) + len(ledger.group_names)
    uniques += sum(map(len, ledger.given.values()))
    return uniques + sum(len(ledger.entries[kind]) for kind in _PROFILES)


def _memberships(ledger: Ledger) -> Iterator[tuple[int, Key]]:
    """Those that are only referred to."""
    for name, entry in ledger.entries["membership"].items():
        if ledger.states[entry] == State.NAMED:
            yield entry, keys.member(*name.split(" "))


def _compare_user_names(store: Store, ledger: Ledger) -> None:
    """A lock of a user name may be that of a member who is gone: whose it is tells the member."""
    locks = ((entry, keys.scim_user_name(*each)) for each, entry in ledger.user_names.items())
    for entry, found in _asked(store, locks):
        if found is None or ledger.states[entry] != State.NEW:
            continue
        workspace_id, user_id = ledger.names[entry].split(" ")
        for one in provisioning.by_ids(store, workspace_id, [str(found["user_id"])]):
            named = folded(one.user_name) if one.view is not None else ""
            if one.user.id != user_id and ledger.user_names.get((workspace_id, named)) == entry:
                ledger.condemn(entry, "userName is that of another member in the table")


def _rows(ledger: Ledger, kind: str, listing: str) -> Iterator[tuple[int, Key]]:
    return ((entry, keys.row(listing, number)) for number, entry in ledger.given[kind].items())


def _asked(store: Store, wanted: Iterable[tuple[int, Key]]) -> Iterator[tuple[int, Item | None]]:
    for some in chunks(wanted, _AT_ONCE):
        found = store.batch_get([key for _, key in some])
        for entry, key in some:
            yield entry, found.get(key)


def _found(ledger: Ledger, entry: int, item: Item) -> None:
    if "deleted_at" in item:
        if ledger.states[entry] == State.NEW:
            ledger.condemn(entry, "id is that of a deleted user")
        return
    ledger.states[entry] = State.THERE
    number, home = item.get("number"), item.get("workspace_id")
    if isinstance(number, int):
        ledger.numbers[entry] = number
    if ledger.kind(entry) == "project" and isinstance(home, str):
        ledger.homes[entry] = home


def _held(ledger: Ledger, entry: int, label: str) -> None:
    """The table holds a unique value of a new entry: whoever has no id is meant, or else it is taken."""
    if "#" in ledger.names[entry]:
        ledger.states[entry] = State.THERE
    else:
        ledger.condemn(entry, f"{label} is that of another {ledger.kind(entry)} in the table")


def _compare_titles(store: Store, ledger: Ledger, kind: str, partition: str) -> None:
    nameless = [entry for entry in ledger.in_order(kind) if "#" in ledger.names[entry]]
    if not nameless:
        return
    titles = ledger.titles[kind] | {str(item.get("name")) for item in every(store, partition)}
    for entry in nameless:
        if ledger.names[entry].removeprefix("name#") in titles:
            ledger.states[entry] = State.THERE
