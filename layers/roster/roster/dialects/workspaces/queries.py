"""The audit in the Workspaces dialect: what may be asked of it, and how it is shown."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from roster import clock, dependencies
from roster.dialects.workspaces.api import WorkspacesCall
from roster.dialects.workspaces.schemas import AuditEvent, AuditMeta, AuditPage
from roster.directory import audit
from roster.directory.audit import Found, Search
from roster.errors import Fault, FieldError, Unavailable, ValidationFailed
from roster.http import cursors
from roster.settings import settings

USUAL = timedelta(days=7)  # how far back a search without `from` goes that names nothing
SIZE = 100  # entries a page, where none is asked for


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """What was asked of the audit, as it was sent; empty is what was not."""

    call: WorkspacesCall
    since: str
    until: str
    actor: str
    target: str
    size: str
    cursor: str
    workspace: str = ""
    """The one workspace of which alone is told; empty for all."""

    @property
    def rows(self) -> int:
        return int(self.size or SIZE)

    def search(self) -> tuple[Search, str]:
        """What to look for, and from which place on.

        Raises ValidationFailed for a cursor of another question.
        """
        if not self.cursor:
            return self._first(), ""
        told = cursors.opened(self._keys(), self._about, self.cursor, self.call.now)
        since, until, place = told.split(" ")
        return Search(since, until, self.actor, self.target, self.workspace), place

    def found(self) -> AuditPage:
        """The page that was asked for. Raises as `search` does."""
        search, place = self.search()
        return self.answer(search, audit.page(self.call.store, search, self.rows, place))

    def answer(self, search: Search, found: Found) -> AuditPage:
        following = None
        if found.place:
            told = f"{search.since} {search.until} {found.place}"
            following = cursors.sealed(self._keys(), self._about, told, self.call.now)
        return AuditPage(
            data=[AuditEvent.of(entry) for entry in found.entries],
            meta=AuditMeta(size=self.rows, next=following),
            timestamp=clock.instant(self.call.now),
        )

    def _first(self) -> Search:
        now = self.call.now
        kept = clock.instant(now - timedelta(days=settings().audit_days))
        if self.since > (self.until or clock.instant(now)):
            raise ValidationFailed(FieldError("from", "must not be after `to`"))
        # There are days neither before the first moment of the calendar nor, in the audit, after the present.
        until = min(self.until or clock.instant(now), clock.instant(now))
        named = self.actor or self.target or self.workspace
        usual = kept if named else clock.instant(clock.moment(max(until, kept)) - USUAL)
        return Search(max(self.since or usual, kept), until, self.actor, self.target, self.workspace)

    @property
    def _about(self) -> str:
        return json.dumps(
            [
                self.call.request.route,
                self.workspace,
                self.call.user.id,
                self.since,
                self.until,
                self.actor,
                self.target,
                self.rows,
            ]
        )

    def _keys(self) -> Sequence[bytes]:
        """What seals cursors. Raises Unavailable where the deployment's key is out of reach."""
        found = dependencies.current().deployment_keys(cursors.PURPOSE)
        if not found:
            raise Unavailable(retry_after=60, fault=Fault("NoDeploymentKey", passing=False))
        return found
