"""The root queries."""

from __future__ import annotations

from typing import Annotated

import strawberry

from profilegraph.api.access.queries import AccessQuery
from profilegraph.api.audit.queries import AuditQuery
from profilegraph.api.customers.customer import Customer
from profilegraph.api.customers.inputs import IdentityInput
from profilegraph.api.customers.inputs import key as business_key
from profilegraph.api.deployment.queries import DeploymentQuery
from profilegraph.api.destinations.types import Destination
from profilegraph.api.duties.queries import DutyQuery
from profilegraph.api.identity.queries import IdentityQuery
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import SegmentState
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.ids import Node, decode_id
from profilegraph.api.runtime.nodes import find_node
from profilegraph.api.runtime.paging import DEFAULT_PAGE
from profilegraph.api.runtime.permissions import requires
from profilegraph.api.segments import answers, comparison
from profilegraph.api.segments.answers import CrossTable, Dimensions
from profilegraph.api.segments.comparison import Filters, Keys, SegmentComparison, SegmentOverlap
from profilegraph.api.segments.explanation import Explanation
from profilegraph.api.segments.filters import FilterInput
from profilegraph.api.segments.group_queries import GroupQuery
from profilegraph.api.segments.saved_segment import Segment
from profilegraph.api.segments.segment import (
    After,
    AsOf,
    CustomerConnection,
    Now,
    OrderBy,
    PageSize,
    SegmentPreview,
    customer_page,
)
from profilegraph.api.taxonomies.types import Dimension, Taxonomy
from profilegraph.api.taxonomy_changes.queries import TaxonomyChangeQuery
from profilegraph.domain.access import Permission
from profilegraph.domain.contacts import CONTACT_KINDS
from profilegraph.errors import InvalidInput, NotFound
from profilegraph.language.facts import When
from profilegraph.language.nodes import EVERYONE
from profilegraph.language.nodes import Node as Condition
from profilegraph.services.access.contacts import note_shown, require_contacts
from profilegraph.services.customers import profiles
from profilegraph.services.segments import service as segments
from profilegraph.services.segments import versions
from profilegraph.services.segments.broken import reporting_broken

CURRENT = [SegmentState.DRAFT, SegmentState.ACTIVE]
Filter = Annotated[
    Condition | None,
    strawberry.argument(
        description="The filter; by default everyone.", graphql_type=FilterInput | None
    ),
]
Unsaved = Annotated[
    Condition | None,
    strawberry.argument(description="A filter that is not saved.", graphql_type=FilterInput | None),
]


@object_type
class Query(
    GroupQuery,
    TaxonomyChangeQuery,
    DutyQuery,
    AccessQuery,
    AuditQuery,
    IdentityQuery,
    DeploymentQuery,
):
    """The queries.

    All of them need an API key, a session of a browser, or a token.
    """

    @field
    @requires(None)
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The object's `id`.")],
    ) -> Node | None:
        """Any object by its global id; null if it does not exist."""
        return await find_node(info, decode_id(id))

    @field
    @requires(Permission.CUSTOMERS_READ)
    async def customer(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID | None, strawberry.argument(description="The global id.")
        ] = None,
        key: Annotated[str | None, strawberry.argument(description="The business key.")] = None,
        identity: Annotated[
            IdentityInput | None,
            strawberry.argument(description="A key by which a channel knows the customer."),
        ] = None,
    ) -> Customer | None:
        """One customer, by exactly one of the arguments; null if there is none."""
        if sum(given is not None for given in (id, key, identity)) != 1:
            raise InvalidInput("give exactly one of id, key and identity.", where="customer")
        if id is not None:
            named = decode_id(id)
            if named.kind != "Customer":
                raise InvalidInput(f"this is the id of a {named.kind}.", where="id")
            key = named.key
        if identity is not None:
            return await _found_by(info, identity)
        return None if key is None else await Customer.load(info, business_key(key, "key"))

    @field
    @requires(Permission.CUSTOMERS_READ)
    async def customers(
        self,
        info: Info,
        filter: Filter = None,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="Only those whose names contain these words as a phrase."
            ),
        ] = None,
        order_by: OrderBy = None,
        first: PageSize = DEFAULT_PAGE,
        after: After = None,
        as_of: AsOf = None,
        now: Now = None,
    ) -> CustomerConnection:
        """The customers that match, page by page."""
        when = info.context.when(as_of, now)
        return await customer_page(info, filter or EVERYONE, when, first, after, order_by, search)

    @field
    @requires(Permission.SEGMENTS_READ)
    def segment_preview(
        self,
        info: Info,
        filter: Annotated[
            Condition, strawberry.argument(description="The filter.", graphql_type=FilterInput)
        ],
        as_of: AsOf = None,
        now: Now = None,
    ) -> SegmentPreview:
        """The results of a filter that is not saved."""
        return SegmentPreview(condition=filter, past=info.context.past(as_of, now))

    @field
    @requires(Permission.SEGMENTS_READ)
    async def segment(
        self,
        info: Info,
        key: Annotated[str, strawberry.argument(description="Its business key.")],
        version: Annotated[
            int | None,
            strawberry.argument(description="Number of the version; by default the newest."),
        ] = None,
        as_of: AsOf = None,
        now: Now = None,
    ) -> Segment | None:
        """A saved segment: its newest version, a given one, or that of a past moment; null if there is none."""
        past = info.context.past(as_of, now)
        try:
            if version is None:
                return Segment.of(await segments.segment(info.context.platform, key, past), past)
            found = await versions.version(info.context.platform, key, version)
            return Segment.of(found, past, one_version=True)
        except NotFound:
            return None

    @list_field
    @requires(Permission.SEGMENTS_READ)
    async def segments(
        self,
        info: Info,
        states: Annotated[
            list[SegmentState],
            strawberry.argument(description="The states; by default all but ARCHIVED."),
        ] = CURRENT,
        broken: Annotated[
            bool | None,
            strawberry.argument(
                description="Only broken ones, or only the others; by default all."
            ),
        ] = None,
    ) -> list[Segment]:
        """Saved segments in their newest versions, by key."""
        found = await segments.segments(info.context.platform, states, broken)
        return [Segment.of(one) for one in found]

    @field
    @requires(Permission.SEGMENTS_READ)
    async def explain_member(
        self,
        info: Info,
        customer: Annotated[str, strawberry.argument(description="Key of the customer.")],
        segment: Annotated[
            str | None, strawberry.argument(description="Key of a saved segment; or give a filter.")
        ] = None,
        filter: Annotated[
            Condition | None,
            strawberry.argument(
                description="A filter; or name a segment.", graphql_type=FilterInput | None
            ),
        ] = None,
        as_of: AsOf = None,
        now: Now = None,
    ) -> Explanation:
        """Why a customer is a member of a segment or a filter, or is not, condition by condition."""
        context, past = info.context, info.context.past(as_of, now)
        customer = business_key(customer, "customer")
        condition = await _condition(info, segment, filter, past)
        when = past or context.now
        async with reporting_broken(context.platform, segment, condition, when):
            verdict = await segments.explain_member(context.platform, condition, customer, when)
        return Explanation(verdict=verdict, customer_key=customer, past=past)

    @field
    @requires(Permission.SEGMENTS_READ)
    async def cross_table(
        self,
        info: Info,
        rows: Annotated[str, strawberry.argument(description="Key of the rows' dimension.")],
        columns: Annotated[str, strawberry.argument(description="Key of the columns' dimension.")],
        filter: Filter = None,
        as_of: AsOf = None,
        now: Now = None,
    ) -> CrossTable:
        """The customers of a filter by two dimensions at once, such as rfm by lifecycle."""
        when = info.context.when(as_of, now)
        return await answers.cross_table(info, rows, columns, filter or EVERYONE, when)

    @field
    @requires(Permission.SEGMENTS_READ)
    async def segment_overlap(
        self,
        info: Info,
        segments: Keys = None,
        filters: Filters = None,
        as_of: AsOf = None,
        now: Now = None,
    ) -> SegmentOverlap:
        """The overlaps of 2 to 8 segments: sizes, pairs, and the customers of each combination."""
        return await comparison.overlap(info, segments, filters, info.context.when(as_of, now))

    @field
    @requires(Permission.SEGMENTS_READ)
    async def compare_segments(
        self,
        info: Info,
        a: Annotated[
            str | None, strawberry.argument(description="Key of the segment; or give aFilter.")
        ] = None,
        b: Annotated[
            str | None,
            strawberry.argument(
                description="Key of the other segment; by default all other customers."
            ),
        ] = None,
        a_filter: Unsaved = None,
        b_filter: Unsaved = None,
        dimensions: Dimensions = None,
        as_of: AsOf = None,
        now: Now = None,
    ) -> SegmentComparison:
        """Which tags are more or less frequent in one segment than in another, or elsewhere."""
        ours = comparison.side("a", a, a_filter)
        if ours is None:
            raise InvalidInput("give a or aFilter.", where="a")
        theirs = comparison.side("b", b, b_filter)
        when = info.context.when(as_of, now)
        return await comparison.compare(info, ours, theirs, dimensions, when)

    @list_field
    @requires(Permission.CUSTOMERS_EXPORT)
    async def destinations(self, info: Info) -> list[Destination]:
        """Where the members of segments can be sent, by plugin."""
        return [Destination.of(one) for one in info.context.platform.host.destinations]

    @list_field
    @requires(None)
    async def taxonomies(self, info: Info) -> list[Taxonomy]:
        """All taxonomies in force, by key."""
        return [Taxonomy.of(one) for one in (await info.context.catalogue()).taxonomies]

    @field
    @requires(None)
    async def dimension(
        self, info: Info, key: Annotated[str, strawberry.argument(description="Its key.")]
    ) -> Dimension | None:
        """A dimension; null if there is none."""
        catalogue = await info.context.catalogue()
        return Dimension.of(key, catalogue) if key in catalogue.dimensions else None


async def _condition(
    info: Info, segment: str | None, given: Condition | None, past: When | None
) -> Condition:
    if (segment is None) == (given is None):
        raise InvalidInput("give exactly one of segment and filter.", where="explainMember")
    if given is not None:
        return given
    assert segment is not None, "one of the two is given"  # noqa: S101
    return (await segments.segment(info.context.platform, segment, past)).filter


async def _found_by(info: Info, identity: IdentityInput) -> Customer | None:
    """Return the customer that a channel knows by a key; whose contact data it is has then been read."""
    platform, contact = info.context.platform, identity.kind in CONTACT_KINDS
    if contact:
        require_contacts(platform, "finding a customer by contact data")
    key = await profiles.find_by_identity(
        platform, identity.kind, identity.value, identity.region or None
    )
    found = None if key is None else await Customer.load(info, key)
    if found is not None and contact:
        note_shown(platform, [found.key])
    return found
