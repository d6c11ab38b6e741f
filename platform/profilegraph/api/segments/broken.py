"""Why segments cannot be asked any more, and what to do."""

from __future__ import annotations

from datetime import datetime

import strawberry

from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.enums import SegmentFaultKind
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.labels import Locale
from profilegraph.language.facts import Past, When
from profilegraph.language.nodes import Node
from profilegraph.rendering.faults import advice_line, fault_line
from profilegraph.services.segments import broken
from profilegraph.services.segments.broken import Broken, BrokenReason


@strawberry.type(description="One thing that a segment is broken by.")
class SegmentFault:
    """One thing that a segment is broken by."""

    found: strawberry.Private[BrokenReason]
    kind: SegmentFaultKind = strawberry.field(description="What is wrong.")
    place: str = strawberry.field(
        description="Where in the filter, such as `filter.all[1].tags`; in a segment that the"
        " filter refers to, behind that one's key."
    )
    missing_key: str | None = strawberry.field(
        description="Key of what is missing, or of what is not any more as the filter needs it."
    )
    since: datetime | None = strawberry.field(
        description="Since when it has been missing, where known, UTC."
    )

    @field("What is wrong, for people.")
    def text(self, locale: Locale = "en") -> str:
        """Return what is wrong."""
        return fault_line(self.found.fault, locale)

    @field("What to do about it.")
    def advice(self, locale: Locale = "en") -> str:
        """Return what to do about it."""
        return advice_line(self.found.fault, locale)


@strawberry.type(
    description="Why a segment cannot be asked: it names what is not there any more. It mends itself"
    " when that is there again."
)
class BrokenSegment:
    """Why a segment cannot be asked."""

    found: strawberry.Private[Broken]
    since: datetime | None = strawberry.field(
        description="Since when, where known, UTC: the first thing to go counts."
    )

    @list_field("All that is wrong, in the order of the conditions.")
    def reasons(self) -> list[SegmentFault]:
        """Return all that is wrong."""
        return [
            SegmentFault(
                found=one,
                kind=SegmentFaultKind(one.fault.kind),
                place=one.fault.place,
                missing_key=one.fault.key,
                since=one.since,
            )
            for one in self.found.reasons
        ]

    @field("All reasons with their places, as one line.")
    def text(self, locale: Locale = "en") -> str:
        """Return all reasons with their places."""
        return self.found.text(locale)

    @classmethod
    def of(cls, found: Broken) -> BrokenSegment:
        """Return the API's view of why a segment cannot be asked."""
        return cls(found=found, since=found.since)


async def broken_by(info: Info, condition: Node, past: When | None = None) -> Broken | None:
    """Return why a filter cannot be asked, as of a moment; None where it can."""
    if isinstance(past, Past):
        [found] = await broken.broken(info.context.platform, [condition], past)
        return found
    loaded = await info.context.load.broken.load(condition)
    return loaded[0] if loaded else None
