"""GraphQL types of broken segments: their faults, and advice."""

from __future__ import annotations

from datetime import datetime

import strawberry

from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import SegmentFaultKind
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.labels import Locale
from profilegraph.language.facts import Past, When
from profilegraph.language.nodes import Node
from profilegraph.rendering.faults import advice_line, fault_line
from profilegraph.services.segments import broken
from profilegraph.services.segments.broken import Broken, BrokenReason


@object_type
class SegmentFault:
    """One reason why a segment is broken."""

    found: strawberry.Private[BrokenReason]
    kind: SegmentFaultKind = strawberry.field(description="What is wrong.")
    place: str = strawberry.field(
        description=(
            "The place in the filter, such as `filter.all[1].tags`; within a referenced segment, "
            "after the key of that segment."
        )
    )
    missing_key: str | None = strawberry.field(
        description="Key of what is missing, or no longer fits the filter."
    )
    since: datetime | None = strawberry.field(
        description="Since when it is missing, UTC, if known."
    )

    @field
    def text(self, locale: Locale = "en") -> str:
        """What is wrong."""
        return fault_line(self.found.fault, locale)

    @field
    def advice(self, locale: Locale = "en") -> str:
        """What to do about it."""
        return advice_line(self.found.fault, locale)


@object_type
class BrokenSegment:
    """Why a segment cannot be evaluated: it names something that no longer exists.

    It works again once that exists again.
    """

    found: strawberry.Private[Broken]
    since: datetime | None = strawberry.field(
        description="Since when, UTC, if known: the first removal counts."
    )

    @list_field
    def reasons(self) -> list[SegmentFault]:
        """All reasons, in the order of the conditions."""
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

    @field
    def text(self, locale: Locale = "en") -> str:
        """All reasons with their places, as one line."""
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
