"""GraphQL types of changes of a segment's membership between two moments."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from profilegraph.api.customers.customer import Customer
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
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
    strawberry.argument(
        description="True for those that entered, false for those that left; by default both."
    ),
]


@object_type
class MembershipCounts:
    """The numbers of members at two moments, and of those that entered and left in between."""

    before: int = strawberry.field(description="The number of members at the first moment.")
    after: int = strawberry.field(description="The number of members at the second moment.")
    entered: int = strawberry.field(description="Members at the second moment only.")
    left: int = strawberry.field(description="Members at the first moment only.")


@object_type
class MembershipCauseCount:
    """The number of customers that entered, or left, for one cause."""

    cause: MembershipCause = strawberry.field(description="The cause.")
    entered: bool = strawberry.field(description="Whether they entered; otherwise they left.")
    count: int = strawberry.field(description="The number of customers.")

    @field
    def label(self, locale: Locale = "en") -> str:
        """The cause in words."""
        return wording(locale).names.of(self.cause)


@object_type
class MembershipReason:
    """One reason why a customer entered or left."""

    reason: strawberry.Private[AttributedCause]
    comparison: strawberry.Private[MembershipComparison]

    @field
    def cause(self) -> MembershipCause:
        """What kind of cause it is."""
        return self.reason.cause

    @field
    def text(self, locale: Locale = "en") -> str:
        """The reason as a readable line, with its evidence."""
        library = self.comparison.old.context.library
        return reason_line(self.reason, self.comparison.catalogue, locale, library)


@object_type
class MembershipChange:
    """That a customer entered or left, and why."""

    changed: strawberry.Private[Changed]
    comparison: strawberry.Private[MembershipComparison]

    @field
    async def customer(self, info: Info) -> Customer | None:
        """The customer; null if it no longer exists."""
        return await Customer.load(info, self.changed.customer)

    @field
    def customer_key(self) -> str:
        """Key of the customer."""
        return self.changed.customer

    @field
    def entered(self) -> bool:
        """Whether the customer entered; else it left."""
        return self.changed.entered

    @field
    def cause(self) -> MembershipCause:
        """The first of the reasons; it is what `causes` counts."""
        return self.changed.reasons[0].cause

    @list_field
    def reasons(self) -> list[MembershipReason]:
        """Why: at least one reason, in the order of the filter's conditions."""
        return [
            MembershipReason(reason=one, comparison=self.comparison) for one in self.changed.reasons
        ]


@object_type
class MembershipChangeEdge:
    """One change of a list."""

    cursor: str = strawberry.field(description="Cursor of the change.")
    node: MembershipChange = strawberry.field(description="The change.")


@object_type
class MembershipChangeConnection:
    """A page of changes, by the customers' keys."""

    edges: list[MembershipChangeEdge] = strawberry.field(description="The changes of this page.")
    page_info: PageInfo = strawberry.field(description="Position of the page in the whole list.")


@object_type
class SegmentDifference:
    """Who entered a segment and who left it between two moments, and why.

    At each moment, the version in force then counts.
    """

    comparison: strawberry.Private[MembershipComparison]

    @field
    def version_before(self) -> int:
        """Number of the version in force at the first moment."""
        return self.comparison.before.version

    @field
    def version_after(self) -> int:
        """Number of the version in force at the second moment."""
        return self.comparison.after.version

    @field
    async def counts(self, info: Info) -> MembershipCounts:
        """The numbers of members, and of those that entered and left."""
        found = await membership.sums(info.context.platform, self.comparison)
        return MembershipCounts(
            before=found.before, after=found.after, entered=found.entered, left=found.left
        )

    @list_field
    async def causes(self, info: Info) -> list[MembershipCauseCount]:
        """The numbers of those that entered and left, by cause, the most frequent first."""
        found = await membership.causes(info.context.platform, self.comparison)
        return [
            MembershipCauseCount(cause=cause, entered=entered, count=count)
            for (entered, cause), count in sorted(
                found.items(), key=lambda item: (-item[1], item[0])
            )
        ]

    @field
    async def changes(
        self,
        info: Info,
        entered: Entered = None,
        first: PageSize = DEFAULT_PAGE,
        after: After = None,
    ) -> MembershipChangeConnection:
        """Who entered and who left, page by page."""
        found = await membership.page(
            info.context.platform,
            self.comparison,
            first=first,
            after=key_of(after, _CURSOR),
            entered=entered,
        )
        edges = [
            MembershipChangeEdge(
                cursor=encode_id(_CURSOR, one.customer),
                node=MembershipChange(changed=one, comparison=self.comparison),
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
    comparison = await membership.compare_moments(
        context.platform, key, start, end or context.now, context.now
    )
    return SegmentDifference(comparison=comparison)
