"""Finds objects by their global ids."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from profilegraph.api.access.types import Role
from profilegraph.api.customers.activity import Event, FollowUp, Opportunity
from profilegraph.api.customers.customer import Consent, Customer
from profilegraph.api.customers.organisation import DecisionMaker, Department
from profilegraph.api.destinations.types import Delivery, Destination
from profilegraph.api.duties.types import DutyLoan, Team, load_employee
from profilegraph.api.identity.types import ApiKey, BrowserSession
from profilegraph.api.live.types import Webhook
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.ids import GlobalId, Node
from profilegraph.api.segments.groups import SegmentGroup
from profilegraph.api.segments.saved_segment import Segment
from profilegraph.api.taxonomies.types import (
    AttributeDefinition,
    Dimension,
    EventType,
    MetricDefinition,
    Tag,
    Taxonomy,
)
from profilegraph.api.taxonomy_changes.types import TaxonomyChange
from profilegraph.domain.access import Permission
from profilegraph.domain.records import activity, customers
from profilegraph.errors import InvalidInput, NotFound
from profilegraph.services import duties
from profilegraph.services.access import roles
from profilegraph.services.customers import profiles
from profilegraph.services.destinations import sending
from profilegraph.services.identity import keys, sessions
from profilegraph.services.segments import groups, service
from profilegraph.services.segments.versions import version
from profilegraph.services.taxonomy_changes import planning
from profilegraph.services.webhooks import service as telling

Find = Callable[[Info, str], Awaitable[Node | None]]


async def find_node(info: Info, named: GlobalId) -> Node | None:
    """Return the object of an id; None if it does not exist."""
    try:
        match named.kind:
            case "Segment":
                return await _segment(info, named)
            case "SegmentGroup":
                found = await groups.group(info.context.platform, named.key)
                return SegmentGroup.of(found, info.context.past(named.as_of, named.now))
            case kind if kind in _BY_KEY:
                return await _BY_KEY[kind](info, named.key)
            case kind:
                raise InvalidInput(f"no object of the API has the type {kind!r}.", where="id")
    except NotFound:
        return None


async def _segment(info: Info, named: GlobalId) -> Segment:
    platform, past = info.context.platform, info.context.past(named.as_of, named.now)
    if named.version is None:
        return Segment.of(await service.segment(platform, named.key, past), past)
    found = await version(platform, named.key, named.version)
    return Segment.of(found, past, one_version=True)


async def _seen(info: Info, customer: str | None) -> bool:
    """Return whether the customer that something belongs to may be seen."""
    return customer is not None and bool(await info.context.load.profiles.load(customer))


async def _department(info: Info, key: str) -> Node | None:
    owner = await profiles.read_owner_of(info.context.platform.database, "Department", key)
    return (
        None
        if owner is None or not await _seen(info, owner)
        else await Department.load(info, owner, key)
    )


async def _decision_maker(info: Info, key: str) -> Node | None:
    owner = await profiles.read_owner_of(info.context.platform.database, "DecisionMaker", key)
    return (
        None
        if owner is None or not await _seen(info, owner)
        else await DecisionMaker.load(info, owner, key)
    )


async def _event(info: Info, key: str) -> Node | None:
    found = await profiles.read_events_by_key(info.context.platform.database, [key])
    for customer, events in found.items():
        if await _seen(info, customer):
            return next((Event.of(one) for one in events), None)
    return None


async def _follow_up(info: Info, key: str) -> Node | None:
    database = info.context.platform.database
    found = await profiles.read_activity(database, activity.FollowUp, key)
    return FollowUp.of(found) if found and await _seen(info, found.customer) else None


async def _opportunity(info: Info, key: str) -> Node | None:
    database = info.context.platform.database
    found = await profiles.read_activity(database, activity.Opportunity, key)
    return Opportunity.of(found) if found and await _seen(info, found.customer) else None


async def _consent(info: Info, key: str) -> Node | None:
    database = info.context.platform.database
    found = await profiles.read_activity(database, customers.Consent, key)
    return Consent.of(found) if found and await _seen(info, found.customer) else None


async def _taxonomy(info: Info, key: str) -> Node | None:
    known = (await info.context.catalogue()).taxonomies
    return next((Taxonomy.of(one) for one in known if one.key == key), None)


async def _dimension(info: Info, key: str) -> Node | None:
    return Dimension.of(key, await info.context.catalogue())


async def _tag(info: Info, key: str) -> Node | None:
    return Tag.of(key, await info.context.catalogue())


async def _attribute(info: Info, key: str) -> Node | None:
    return AttributeDefinition.of((await info.context.catalogue()).attribute(key))


async def _event_type(info: Info, key: str) -> Node | None:
    return EventType.of((await info.context.catalogue()).event(key))


async def _metric(info: Info, key: str) -> Node | None:
    return MetricDefinition.of((await info.context.catalogue()).metric(key))


async def _taxonomy_change(info: Info, key: str) -> Node | None:
    found = await planning.changes(info.context.platform, [key])
    return TaxonomyChange.of(found[0]) if found else None


async def _webhook(info: Info, key: str) -> Node | None:
    platform = info.context.platform
    found = await telling.webhook(platform, key)
    Segment.of(await service.segment(platform, found.segment)).require_editor(info)
    return Webhook.of(found)


async def _delivery(info: Info, key: str) -> Node | None:
    return Delivery.of(await sending.delivery(info.context.platform, key), info)


async def _destination(info: Info, key: str) -> Node | None:
    known = info.context.platform.host.destinations
    return next((Destination.of(one) for one in known if one.key == key), None)


async def _loan(info: Info, key: str) -> Node | None:
    found = await duties.find_loan(info.context.platform, key)
    return None if found is None else DutyLoan.of(found)


async def _api_key(info: Info, key: str) -> Node | None:
    context = info.context
    context.platform.access.require(Permission.ADMINISTER, "seeing an API key")
    known = await keys.keys(context.platform, context.viewer.actor)
    return next((ApiKey.of(one) for one in known if one.id == key), None)


async def _browser_session(info: Info, key: str) -> Node | None:
    context = info.context
    context.platform.access.require(Permission.ADMINISTER, "seeing a session")
    known = await sessions.sessions(context.platform, context.viewer.actor, context.now)
    return next((BrowserSession.of(one) for one in known if one.id == key), None)


async def _role(info: Info, key: str) -> Node | None:
    known = await roles.roles(info.context.platform)
    return next((Role.of(one) for one in known if one.key == key), None)


async def _team(info: Info, key: str) -> Node | None:
    known = await info.context.load.own_teams.load(key)
    return Team(key=key, name=known[0].name) if known else None


_BY_KEY: Mapping[str, Find] = MappingProxyType(
    {
        "ApiKey": _api_key,
        "AttributeDefinition": _attribute,
        "BrowserSession": _browser_session,
        "Consent": _consent,
        "Customer": Customer.load,
        "DecisionMaker": _decision_maker,
        "Delivery": _delivery,
        "Department": _department,
        "Destination": _destination,
        "Dimension": _dimension,
        "DutyLoan": _loan,
        "Employee": load_employee,
        "Event": _event,
        "EventType": _event_type,
        "FollowUp": _follow_up,
        "MetricDefinition": _metric,
        "Opportunity": _opportunity,
        "Role": _role,
        "Tag": _tag,
        "Taxonomy": _taxonomy,
        "TaxonomyChange": _taxonomy_change,
        "Team": _team,
        "Webhook": _webhook,
    }
)
