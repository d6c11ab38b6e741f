"""What became of a segment's members between two moments, as the API shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from profilegraph.api.customers.customer import Customer
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.enums import MembershipCause
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.ids import encode_id
from profilegraph.api.runtime.labels import Locale
from profilegraph.api.runtime.paging import DEFAULT_PAGE, PageInfo, key_of
from profilegraph.api.segments.segment import After, PageSize
from profilegraph.engines.reference.attribution import AttributedCause, Changed
from profilegraph.rendering.attribution import reason_line
from profilegraph.rendering.languages import wording
from profilegraph.services.segments import membership
from profilegraph.services.segments.membership import MembershipComparison

_CURSOR = "MembershipCursor"
Entered = Annotated[
    bool | None,
    strawberry.argument(description="True: who entered; false: who left; both if left out."),
]


@strawberry.type(description="How many members there were, and how many came and went in between.")
class MembershipCounts:
    """How many members there were, and how many came and went."""

    before: int = strawberry.field(description="How many members there were at the first moment.")
    after: int = strawberry.field(description="How many there were at the second.")
    entered: int = strawberry.field(description="Members at the second moment only.")
    left: int = strawberry.field(description="Members at the first moment only.")


@strawberry.type(description="How many customers entered, or left, for one cause.")
class MembershipCauseCount:
    """How many customers entered, or left, for one cause."""

    cause: MembershipCause = strawberry.field(description="The cause.")
    entered: bool = strawberry.field(description="Whether they entered; else they left.")
    count: int = strawberry.field(description="How many they are.")

    @field("The cause in words.")
    def label(self, locale: Locale = "en") -> str:
        """Return the cause in words."""
        return wording(locale).names.of(self.cause)


@strawberry.type(description="One reason why a customer entered or left.")
class MembershipReason:
    """One reason why a customer entered or left."""

    reason: strawberry.Private[AttributedCause]
    asked: strawberry.Private[MembershipComparison]

    @field("What kind of cause it is.")
    def cause(self) -> MembershipCause:
        """Return what kind of cause it is."""
        return self.reason.cause

    @field("The reason as a line that people read, with what it is seen by.")
    def text(self, locale: Locale = "en") -> str:
        """Return the reason as a line."""
        library = self.asked.old.context.library
        return reason_line(self.reason, self.asked.catalogue, locale, library)


@strawberry.type(description="That a customer entered or left, and why.")
class MembershipChange:
    """That a customer entered or left, and why."""

    changed: strawberry.Private[Changed]
    asked: strawberry.Private[MembershipComparison]

    @field("The customer; null where there is none any more.")
    async def customer(self, info: Info) -> Customer | None:
        """Return the customer."""
        return await Customer.load(info, self.changed.customer)

    @field("Key of the customer.")
    def customer_key(self) -> str:
        """Return the key of the customer."""
        return self.changed.customer

    @field("Whether the customer entered; else it left.")
    def entered(self) -> bool:
        """Return whether the customer entered."""
        return self.changed.entered

    @field("The first of the reasons; it is what `causes` counts.")
    def cause(self) -> MembershipCause:
        """Return the first of the reasons."""
        return self.changed.reasons[0].cause

    @list_field("Why: at least one reason, in the order of the filter's conditions.")
    def reasons(self) -> list[MembershipReason]:
        """Return why."""
        return [MembershipReason(reason=one, asked=self.asked) for one in self.changed.reasons]


@strawberry.type(description="One change of a list.")
class MembershipChangeEdge:
    """One change of a list."""

    cursor: str = strawberry.field(description="Where the change stands.")
    node: MembershipChange = strawberry.field(description="The change.")


@strawberry.type(description="A page of changes, by the customers' keys.")
class MembershipChangeConnection:
    """A page of changes."""

    edges: list[MembershipChangeEdge] = strawberry.field(description="The changes of this page.")
    page_info: PageInfo = strawberry.field(description="Where the page lies in the whole list.")


@strawberry.type(
    description="""Who entered a segment and who left it between two moments, and why.

The segment is taken in the version in force at each of the two."""
)
class SegmentDifference:
    """Who entered a segment and who left it between two moments."""

    asked: strawberry.Private[MembershipComparison]

    @field("Number of the version in force at the first moment.")
    def version_before(self) -> int:
        """Return the version at the first moment."""
        return self.asked.before.version

    @field("Number of the version in force at the second moment.")
    def version_after(self) -> int:
        """Return the version at the second moment."""
        return self.asked.after.version

    @field("How many members there were, and how many came and went.")
    async def counts(self, info: Info) -> MembershipCounts:
        """Return how many members there were, and how many came and went."""
        found = await membership.sums(info.context.platform, self.asked)
        return MembershipCounts(
            before=found.before, after=found.after, entered=found.entered, left=found.left
        )

    @list_field("How many entered and left for each cause, the most frequent first.")
    async def causes(self, info: Info) -> list[MembershipCauseCount]:
        """Return how many entered and left for each cause."""
        found = await membership.causes(info.context.platform, self.asked)
        return [
            MembershipCauseCount(cause=cause, entered=entered, count=count)
            for (entered, cause), count in sorted(
                found.items(), key=lambda item: (-item[1], item[0])
            )
        ]

    @field("Who entered and who left, a page at a time.")
    async def changes(
        self,
        info: Info,
        entered: Entered = None,
        first: PageSize = DEFAULT_PAGE,
        after: After = None,
    ) -> MembershipChangeConnection:
        """Return a page of those who entered or left."""
        found = await membership.page(
            info.context.platform,
            self.asked,
            first=first,
            after=key_of(after, _CURSOR),
            entered=entered,
        )
        edges = [
            MembershipChangeEdge(
                cursor=encode_id(_CURSOR, one.customer),
                node=MembershipChange(changed=one, asked=self.asked),
            )
            for one in info.context.budget.take(list(found.changes))
        ]
        cursors = [edge.cursor for edge in edges]
        return MembershipChangeConnection(
            edges=edges, page_info=PageInfo.of(cursors, after, found.has_next)
        )


async def difference(
    info: Info, key: str, start: datetime, end: datetime | None
) -> SegmentDifference:
    """Return what became of a segment's members between two moments; the second is now if none."""
    context = info.context
    asked = await membership.compare_moments(
        context.platform, key, start, end or context.now, context.now
    )
    return SegmentDifference(asked=asked)
