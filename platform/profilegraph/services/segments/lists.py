"""Segments that are lists of customers: chosen by hand, or the members of another at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyroaring import FrozenBitMap

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.segments import SegmentKind, SegmentState
from profilegraph.domain.texts import normal_key
from profilegraph.domain.values import Labels
from profilegraph.errors import Conflict, InvalidInput, NotFound
from profilegraph.language.nodes import EVERYONE, Listed
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.services.access.visibility import require_visible
from profilegraph.services.commands import ChangeCommand, run_command
from profilegraph.services.evaluation.choosing import engine
from profilegraph.services.platform import Platform
from profilegraph.services.segments.broken import reporting_broken
from profilegraph.services.segments.rules import admit, require_found
from profilegraph.services.segments.service import segment_key
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.records.reads import read_ordinals
from profilegraph.storage.segments.lists import (
    read_snapshots,
    read_sources,
    relate_snapshot,
)
from profilegraph.storage.segments.references import lock
from profilegraph.storage.segments.saved import newest_version, read_segment, save_version

MAX_LISTED = 10_000
"""Most customers per request."""
_SHOWN = 5


@dataclass(frozen=True)
class SaveStaticSegment(ChangeCommand):
    """The complete list of the members of a static segment, by key."""

    key: str
    labels: Labels
    customers: tuple[str, ...]
    note: str = ""
    state: SegmentState | None = None
    """The new state; None keeps it, and makes a new segment ACTIVE."""
    base_version: int | None = None
    """The version that was edited, 0 for none; None skips the check for conflicts."""


@dataclass(frozen=True)
class ChangeStaticSegment(ChangeCommand):
    """Customers, by key, to add to a static segment, and others to remove afterwards."""

    key: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class TakeSnapshot(ChangeCommand):
    """A segment whose current members to save as a segment of their own."""

    source: str
    key: str | None = None
    """Key of the snapshot; by default the segment's key followed by the moment."""
    labels: Labels | None = None
    """Labels of the snapshot; by default the segment's, followed by the moment."""
    note: str = ""


async def save_list(
    platform: Platform, command: SaveStaticSegment, context: CommandContext
) -> SavedSegment:
    """Save a list of customers, by key, as the members of a segment and return it.

    It is a new version unless the members are the same. Raises NotFound if a customer does not
    exist, InvalidInput if there are too many, Forbidden and Conflict as saving a filter does, and
    Conflict if the segment has a filter.
    """
    key = segment_key(command.key)
    _bounded(command.customers)
    customers = _normal(command.customers)
    await require_visible(platform, customers, context.now)

    async def work(transaction: Transaction) -> int:
        await admit(
            transaction,
            key,
            EVERYONE,
            command.state,
            context.actor,
            SegmentKind.STATIC,
            command.base_version,
        )
        members = Listed(await _ordinals(transaction, customers))
        return await save_version(
            transaction,
            key,
            command.labels,
            members,
            author=context.author,
            note=command.note,
            at=context.now,
        )

    number = await run_command(platform, command, context, work)
    return await read_segment(platform.database, key, number)


async def change_list(
    platform: Platform, command: ChangeStaticSegment, context: CommandContext
) -> SavedSegment:
    """Add customers to a list, remove others afterwards, and return the segment.

    Raises NotFound if there is no such segment or customer, InvalidInput if there are too many,
    Forbidden and Conflict as `save_list` does.
    """
    _bounded([*command.add, *command.remove])
    key, add, remove = command.key, _normal(command.add), _normal(command.remove)
    await require_visible(platform, [*add, *remove], context.now)

    async def work(transaction: Transaction) -> int:
        head = require_found(await lock(transaction, [key]), key)
        await admit(transaction, head.key, EVERYONE, None, context.actor, SegmentKind.STATIC)
        newest = await newest_version(transaction, key)
        before = newest.filter.ordinals if newest and isinstance(newest.filter, Listed) else ()
        members = FrozenBitMap(before) | await _ordinals(transaction, add)
        members -= await _ordinals(transaction, remove)
        return await save_version(
            transaction,
            key,
            None,
            Listed(members),
            author=context.author,
            note=command.note,
            at=context.now,
        )

    number = await run_command(platform, command, context, work)
    return await read_segment(platform.database, key, number)


async def take_snapshot(
    platform: Platform, command: TakeSnapshot, context: CommandContext
) -> SavedSegment:
    """Save the current members of a segment as a new, immutable segment and return it.

    Raises NotFound, BrokenSegment if the segment cannot be evaluated, and Conflict if the key is
    taken.
    """
    source, labels = command.source, command.labels
    of = await read_segment(platform.database, source)
    moment = context.now.astimezone(platform.deployment.zone)
    default = f"{source}@{moment:%Y-%m-%dT%H:%M:%S}"
    key = segment_key(default if command.key is None else command.key)
    if labels is None:
        end = f" · {moment:%Y-%m-%d %H:%M}"
        labels = of.labels.each(lambda label: label[:180] + end)
    async with reporting_broken(platform, source, of.filter):
        members = await (await engine(platform, [of.filter], context.now)).members(of.filter)

    async def work(transaction: Transaction) -> str:
        await admit(transaction, key, EVERYONE, None, context.actor, SegmentKind.SNAPSHOT)
        if await newest_version(transaction, key) is not None:
            raise Conflict(f"there is a segment {key!r} already.", hint="Give another key.")
        await save_version(
            transaction,
            key,
            labels,
            members,
            author=context.author,
            note=command.note,
            at=context.now,
        )
        await relate_snapshot(transaction, source, of.version, key)
        return key

    taken = await run_command(platform, command, context, work)
    return await read_segment(platform.database, taken)


async def snapshots(
    platform: Platform, keys: Sequence[str]
) -> Mapping[str, Sequence[SavedSegment]]:
    """Return the snapshots taken of each segment, the newest first, by the segment's key."""
    return await read_snapshots(platform.database, keys)


async def sources(platform: Platform, keys: Sequence[str]) -> Mapping[str, Sequence[SavedSegment]]:
    """Return the segment from which each snapshot was taken, in its version of then, by snapshot key."""
    return await read_sources(platform.database, keys)


async def _ordinals(transaction: Transaction, customers: Sequence[str]) -> FrozenBitMap:
    known = await read_ordinals(transaction.run, customers)
    unknown = [key for key in customers if key not in known]
    if unknown:
        more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        named = ", ".join(map(repr, unknown[:_SHOWN]))
        raise NotFound(f"no customer has the key {named}{more}.", where="customers")
    return FrozenBitMap(known.values())


def _normal(customers: Sequence[str]) -> list[str]:
    return [normal_key(key).strip() for key in customers]


def _bounded(customers: Sequence[str]) -> None:
    if len(customers) > MAX_LISTED:
        raise InvalidInput(
            f"{len(customers):,} customers are too many at once.",
            where="customers",
            hint=f"Send at most {MAX_LISTED:,} a request, or take a snapshot of a filter.",
        )
