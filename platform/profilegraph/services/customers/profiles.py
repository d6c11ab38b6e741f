"""Reads of customers for display: found by any key, read in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from profilegraph.domain.records.customers import Identity, IdentityKind, Tagging
from profilegraph.engines.bitmap.tag_counts import IndexedTagging, carried
from profilegraph.errors import InvalidInput
from profilegraph.importers.values.contacts import canonical_identity
from profilegraph.services.platform import Platform
from profilegraph.storage.records.reads import (
    ByCustomer,
    Owner,
    Profile,
    TimelineQuery,
    read_activity,
    read_arrivals,
    read_channels,
    read_consents,
    read_decision_makers,
    read_departments,
    read_events,
    read_events_by_key,
    read_follow_ups,
    read_identified,
    read_identities,
    read_names,
    read_opportunities,
    read_owner_of,
    read_owners,
    read_profiles,
    read_relations,
    read_taggings,
)

__all__ = [
    "ByCustomer",
    "IndexedTagging",
    "Owner",
    "Profile",
    "TimelineQuery",
    "find_by_identity",
    "names_of",
    "read_activity",
    "read_arrivals",
    "read_carried",
    "read_channels",
    "read_consents",
    "read_decision_makers",
    "read_departments",
    "read_events",
    "read_events_by_key",
    "read_follow_ups",
    "read_identities",
    "read_opportunities",
    "read_owner_of",
    "read_owners",
    "read_profiles",
    "read_relations",
    "read_taggings",
]


async def read_carried(
    platform: Platform, keys: Sequence[str], now: datetime
) -> ByCustomer[Tagging | IndexedTagging]:
    """Return the taggings that hold at `now`, unordered, from the index if there is one."""
    view = (await platform.known()).view
    if view is None:
        return await read_taggings(platform.database, keys, now)
    return carried(view, keys, now)


async def names_of(platform: Platform, keys: Sequence[str]) -> Mapping[str, str]:
    """Return the names of the customers that have one, by key."""
    return await read_names(platform.database, keys) if keys else {}


async def find_by_identity(
    platform: Platform, kind: IdentityKind, value: str, region: str | None = None
) -> str | None:
    """Return the key of the customer with an identity, in whatever notation the value is written.

    Raises InvalidInput if the value is invalid for its kind, such as a phone number with letters.
    """
    await platform.catalogue_for_change()  # brings the deployment's settings up to date
    there, stated = region or platform.deployment.phone_region, region is not None
    try:
        canonical = canonical_identity(kind, value, there, stated=stated)
    except ValueError as fault:
        raise InvalidInput(
            f"this is no identity of the kind {kind.value}: {fault}.", where="identity.value"
        ) from fault
    identity = Identity(kind=kind, value=canonical, customer="-")
    return await read_identified(platform.database, identity.key)
