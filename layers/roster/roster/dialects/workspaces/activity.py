"""The activity of days in the Workspaces dialect (docs/search.md)."""

from collections.abc import Sequence
from typing import Annotated, Self

from aws_lambda_powertools.event_handler.openapi.params import Query

from roster.dialects.fields import Wire
from roster.domain import Activity
from roster.http import words

USUAL = 30  # days, where none are asked for

Days = Annotated[str, Query(pattern=words.DAYS, description="How many days, up to today; 1 to 90.")]


class DayWire(Wire):
    """A day in UTC: what was changed, who signed in, which memberships began and ended."""

    day: str
    changes: int
    signIns: int
    membersAdded: int
    membersRemoved: int


class ActivityWire(Wire):
    days: list[DayWire]

    @classmethod
    def of(cls, days: Sequence[Activity]) -> Self:
        return cls(
            days=[
                DayWire(
                    day=one.day,
                    changes=one.changes,
                    signIns=one.sign_ins,
                    membersAdded=one.members_added,
                    membersRemoved=one.members_removed,
                )
                for one in days
            ]
        )
