"""Second factors on the wire."""

from typing import Self

from roster import domain
from roster.dialects.fields import Moment, Wire


class Factor(Wire):
    id: str
    kind: str
    name: str
    createdAt: Moment
    lastUsedAt: Moment | None

    @classmethod
    def of(cls, factor: domain.Factor) -> Self:
        return cls(
            id=factor.id,
            kind=factor.kind,
            name=factor.name,
            createdAt=factor.created_at,
            lastUsedAt=factor.last_used_at,
        )
