"""Broken segments: what is missing in them, since when, and what to do.

Being broken is not stored: a segment is broken while its filter, or one that it refers to, names
something that does not exist, and works again once that exists again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from profilegraph.errors import BrokenSegment, InvalidFilter
from profilegraph.language.facts import Past, When
from profilegraph.language.faults import Fault, FaultKind
from profilegraph.language.nodes import AllOf, Node
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.language.validation import faults
from profilegraph.rendering.faults import advice_line, fault_line
from profilegraph.rendering.languages import wording
from profilegraph.services.platform import Platform
from profilegraph.storage.segments.saved import read_filters, read_library
from profilegraph.storage.taxonomies.definitions import read_removed

_PREFIXES: Mapping[FaultKind, str] = MappingProxyType(
    {
        FaultKind.DIMENSION_MISSING: "dimension",
        FaultKind.TAG_MISSING: "tag",
        FaultKind.ATTRIBUTE_MISSING: "attribute",
        FaultKind.METRIC_MISSING: "metric",
        FaultKind.EVENT_TYPE_MISSING: "event",
    }
)


@dataclass(frozen=True)
class BrokenReason:
    """One thing that a segment lacks, and since when it is gone, if known."""

    fault: Fault
    since: datetime | None


@dataclass(frozen=True)
class Broken:
    """Why a segment cannot be evaluated."""

    reasons: tuple[BrokenReason, ...]

    @property
    def since(self) -> datetime | None:
        """Return when the first missing thing was removed; None if no date is known."""
        return min((one.since for one in self.reasons if one.since is not None), default=None)

    def text(self, locale: str) -> str:
        """Return all reasons with their places."""
        words = wording(locale)
        told = (
            words.known.format(one.fault.place, fault_line(one.fault, locale))
            for one in self.reasons
        )
        return words.semicolon.join(told)


async def broken(
    platform: Platform, filters: Sequence[Node], when: When | None = None
) -> list[Broken | None]:
    """Return why each of some filters cannot be evaluated; None for one that can.

    They are validated against the current catalogue; segments referred to are in their versions as
    of `when`.
    """
    at = when.at if isinstance(when, Past) else None
    referred = await read_library(platform.database, AllOf(tuple(filters)), at)
    catalogue = await platform.catalogue()
    found = [faults(one, catalogue, referred) for one in filters]
    gone = await read_removed(platform.database) if any(found) else {}
    return [_broken(one, gone) if one else None for one in found]


async def only(
    platform: Platform, found: Sequence[SavedSegment], *, are_broken: bool
) -> list[SavedSegment]:
    """Return the broken segments among some, or the others."""
    reasons = await broken(platform, [one.filter for one in found])
    pairs = zip(found, reasons, strict=True)
    return [one for one, why in pairs if (why is not None) is are_broken]


async def broken_segments(platform: Platform, keys: Sequence[str]) -> Mapping[str, Broken]:
    """Return those of some segments whose newest version is broken, by key."""
    filters = await read_filters(platform.database, keys)
    found = await broken(platform, list(filters.values()))
    return {key: one for key, one in zip(filters, found, strict=True) if one is not None}


@asynccontextmanager
async def reporting_broken(
    platform: Platform, key: str | None, node: Node, when: When | None = None
) -> AsyncIterator[None]:
    """Re-raise InvalidFilter within the context as BrokenSegment of the segment.

    The reason is computed only after an error. A filter that is not saved (key None) is not
    affected.
    """
    try:
        yield
    except InvalidFilter:
        if key is not None:
            await require_sound(platform, key, node, when)
        raise


@asynccontextmanager
async def reporting_any_broken(
    platform: Platform, keys: Sequence[str], when: When | None = None
) -> AsyncIterator[None]:
    """Re-raise InvalidFilter within the context as BrokenSegment of the first broken segment."""
    try:
        yield
    except InvalidFilter:
        at = when.at if isinstance(when, Past) else None
        filters = await read_filters(platform.database, keys, at)
        for key in keys:
            if key in filters:
                await require_sound(platform, key, filters[key], when)
        raise


async def require_sound(platform: Platform, key: str, node: Node, when: When | None = None) -> None:
    """Raise BrokenSegment, which says why, unless a segment can be evaluated."""
    [found] = await broken(platform, [node], when)
    if found is not None:
        raise BrokenSegment(
            f"the segment {key!r} is broken: {'; '.join(str(one.fault) for one in found.reasons)}",
            hint=advice_line(found.reasons[0].fault, "en"),
        )


def _broken(found: Sequence[Fault], gone: Mapping[str, datetime]) -> Broken:
    return Broken(tuple(BrokenReason(one, gone.get(_name(one))) for one in found))


def _name(fault: Fault) -> str:
    return f"{_PREFIXES.get(fault.kind, fault.kind)}:{fault.key}"
