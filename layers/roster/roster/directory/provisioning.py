"""Members as the identity provider of their workspace sees them and writes them (SCIM, docs/scim.md).

A membership is kept while it is suspended; then its user counts as no member (`User.acts_in`). What the
provider wrote of a member is the workspace's view of them (`ScimView`). Their profile follows it only where
the workspace made the user, and is all that the user belongs to (`Provisioned.may_write_profile`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from roster.db.store import Item, Key, Store
from roster.db.transactions import Transaction
from roster.domain import Actor, Membership, ScimView, User, Workspace


@dataclass(frozen=True, slots=True)
class Provisioned:
    """A member of a workspace, suspended or not; `view` is None where the provider wrote nothing yet."""

    membership: Membership
    user: User
    view: ScimView | None = None

    @property
    def active(self) -> bool:
        """Whether the membership is in force. SCIM shows the membership's state, never the site's."""
        return not self.membership.suspended

    @property
    def user_name(self) -> str:
        """The name by which the provider finds the member: what it wrote, else the e-mail address."""
        return self.view.user_name if self.view is not None else self.user.email

    @property
    def may_write_profile(self) -> bool:
        """Whether name and e-mail of the user follow the view: the workspace made the user, who has had no
        other membership since and no platform role.
        """
        raise NotImplementedError

    @property
    def revision(self) -> str:
        """What differs whenever the member does: for the weak ETag."""
        view = self.view.revision if self.view is not None else 0
        return f"{self.membership.revision}.{self.membership.number}.{self.user.revision}.{view}"


@dataclass(frozen=True, slots=True)
class Profile:
    """What the directory's profile of a user takes from a view."""

    email: str
    full_name: str
    first_name: str | None = None
    last_name: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What a provider writes of a member. `body` is JSON (`ScimView`); `profile` is what the user's profile
    follows, if it may; `active` None leaves the state as it is.
    """

    user_name: str
    profile: Profile
    external_id: str | None = None
    body: str = "{}"
    active: bool | None = None


def places(workspace_id: str, user_id: str) -> list[Key]:
    """Where a member is: user, membership, view; nowhere, where the text can be no id. To be read with the
    caller.
    """
    raise NotImplementedError


def among(found: Mapping[Key, Item], workspace_id: str, user_id: str) -> Provisioned:
    """The member among the items of `places`. Raises NotFound."""
    raise NotImplementedError


def by_id(store: Store, workspace_id: str, user_id: str) -> Provisioned:
    """One BatchGet. Raises NotFound."""
    raise NotImplementedError


def by_ids(store: Store, workspace_id: str, user_ids: Sequence[str]) -> list[Provisioned]:
    """Those that are members, in the order of the ids: one BatchGet a hundred keys, three a member."""
    raise NotImplementedError


def name_places(workspace_id: str, user_name: str) -> list[Key]:
    """What tells who has the user name: the name's lock, and the address's if it is one. To be read with the
    caller.
    """
    raise NotImplementedError


def by_user_name(
    store: Store, workspace_id: str, user_name: str, *, known: Mapping[Key, Item] | None = None
) -> Provisioned | None:
    """The member with the user name, without regard to case; one that the provider has not written yet by
    their e-mail address. Two BatchGets; one where `known` holds the items of `name_places`.
    """
    raise NotImplementedError


def by_external_id(store: Store, workspace_id: str, external_id: str) -> list[Provisioned]:
    """The members of whom the provider wrote exactly this external id: one Query, one BatchGet."""
    raise NotImplementedError


def by_email(store: Store, workspace_id: str, address: str) -> Provisioned | None:
    """The member whose profile has the address: one Get, one BatchGet. What views say of e-mail is not
    searched: filters over views are evaluated on resources.
    """
    raise NotImplementedError


def heads(workspace_id: str) -> list[Key]:
    """The heads of the two lists of `page`, to be read with the caller."""
    raise NotImplementedError


def page(
    store: Store,
    workspace_id: str,
    start: int,
    count: int,
    *,
    known: Mapping[Key, Item] | None = None,
) -> tuple[list[Provisioned], int]:
    """`count` members from the place `start` (from 1) on, and the total: those in force by their number, then
    the suspended ones. Four calls, three where `known` holds `heads`; one for each list more that the page
    reaches into.
    """
    raise NotImplementedError


def prepare_create(
    store: Store, workspace: Workspace, wanted: Written, *, by: Actor
) -> tuple[Transaction, Provisioned]:
    """The transaction by which a provider makes a member, and the member: two BatchGets, and a Write for each
    number. Commit it inside `retry_on_conflict`.

    Nobody has the address: the user too is made. Somebody has it: they become a member, and their profile
    stays. A member of whom the provider has written nothing yet gets the view. Raises Conflict ("userName",
    "membership") for another member, NotAnAddress never: the caller has checked `profile.email`. Raises
    LimitReached.
    """
    raise NotImplementedError


def change(
    store: Store,
    workspace: Workspace,
    present: Provisioned,
    wanted: Written,
    *,
    by: Actor,
) -> Provisioned:
    """Write a member's view, perhaps the profile with it, and suspend or resume the membership as
    `wanted.active` says: one BatchGet where the user name or the address changes, a Write where a number is
    needed, one Transact; none where nothing changes.

    Raises PreconditionFailed where the member is not as `present` any more (the caller reads again, unless it
    was asked with `If-Match`), Conflict ("userName", "email"), LastAdmin, LimitReached.
    """
    raise NotImplementedError


def end(store: Store, workspace: Workspace, present: Provisioned, *, by: Actor) -> None:
    """End a membership, suspended or not, with its view; a user whom the workspace made and who belongs
    nowhere else is deleted. One BatchGet, one Write, at most two Transacts.

    Raises LastAdmin, and NotFound where it has ended meanwhile.
    """
    raise NotImplementedError
