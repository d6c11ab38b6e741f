"""Segments that are lists of customers: chosen by hand, or the members of another at one moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import sha256

from pyroaring import FrozenBitMap

from profilegraph.domain.segments import SegmentKind, SegmentState
from profilegraph.domain.texts import normal_key
from profilegraph.domain.values import Labels
from profilegraph.errors import Conflict, InvalidInput, NotFound
from profilegraph.language.nodes import EVERYONE, Listed
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.services.customers.records import write_once
from profilegraph.services.evaluation.choosing import engine
from profilegraph.services.platform import Platform
from profilegraph.services.segments.broken import naming
from profilegraph.services.segments.rules import CommandContext, admit, found
from profilegraph.services.segments.service import segment_key
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.segments.lists import (
    read_ordinals,
    read_snapshots,
    read_sources,
    tie_snapshot,
)
from profilegraph.storage.segments.references import lock
from profilegraph.storage.segments.saved import newest_version, read_segment, save_version

MAX_LISTED = 10_000
"""How many customers one request may name."""
_SHOWN = 5


async def save_list(
    platform: Platform,
    key: str,
    labels: Labels,
    customers: Sequence[str],
    *,
    note: str,
    act: CommandContext,
    state: SegmentState | None = None,
) -> SavedSegment:
    """Return the segment whose members are these customers, by key, and no others.

    That is a new version, unless they are its members already. Raises NotFound where a customer
    does not exist, InvalidInput where there are too many, Forbidden and Conflict as saving a
    filter does, and Conflict where the segment has a filter.
    """
    key = segment_key(key)
    _bounded(customers)
    customers = _normal(customers)

    async def work(transaction: Transaction) -> int:
        await admit(transaction, key, EVERYONE, state, act, SegmentKind.STATIC)
        members = Listed(await _ordinals(transaction, customers))
        return await save_version(
            transaction, key, labels, members, author=act.author, note=note, at=act.now
        )

    asked = f"saveStaticSegment {key!r} {labels!r} {list(customers)!r} {note!r} {state} {act.base_version}"
    return await _once(platform, key, work, act, asked)


async def change_list(
    platform: Platform,
    key: str,
    add: Sequence[str],
    remove: Sequence[str],
    *,
    note: str,
    act: CommandContext,
) -> SavedSegment:
    """Return a list after some customers were added to it, and after that others removed.

    Raises NotFound where there is no such segment or customer, InvalidInput where there are too many,
    Forbidden and Conflict as `save_list` does.
    """
    _bounded([*add, *remove])
    add, remove = _normal(add), _normal(remove)

    async def work(transaction: Transaction) -> int:
        head = found(await lock(transaction, [key]), key)
        await admit(transaction, head.key, EVERYONE, None, act, SegmentKind.STATIC)
        newest = await newest_version(transaction, key)
        before = newest.filter.ordinals if newest and isinstance(newest.filter, Listed) else ()
        members = FrozenBitMap(before) | await _ordinals(transaction, add)
        members -= await _ordinals(transaction, remove)
        return await save_version(
            transaction, key, None, Listed(members), author=act.author, note=note, at=act.now
        )

    asked = f"changeStaticSegment {key!r} {list(add)!r} {list(remove)!r} {note!r}"
    return await _once(platform, key, work, act, asked)


async def take_snapshot(
    platform: Platform,
    source: str,
    *,
    key: str | None,
    labels: Labels | None,
    note: str,
    act: CommandContext,
) -> SavedSegment:
    """Return a new segment that has the members of another at this moment, for ever.

    Without `key` and `labels` it is called as the other one, with the moment behind. Raises
    NotFound, BrokenSegment where the other one cannot be asked, and Conflict where a segment has
    the key already.
    """
    asked = f"takeSnapshot {source!r} {key!r} {labels!r} {note!r}"
    of = await read_segment(platform.database, source)
    moment = act.now.astimezone(platform.deployment.zone)
    key = segment_key(f"{source}@{moment:%Y-%m-%dT%H:%M:%S}" if key is None else key)
    if labels is None:
        end = f" · {moment:%Y-%m-%d %H:%M}"
        labels = of.labels.each(lambda label: label[:180] + end)
    async with naming(platform, source, of.filter):
        members = await (await engine(platform, [of.filter], act.now)).members(of.filter)

    async def work(transaction: Transaction) -> str:
        await admit(transaction, key, EVERYONE, None, act, SegmentKind.SNAPSHOT)
        if await newest_version(transaction, key) is not None:
            raise Conflict(f"there is a segment {key!r} already.", hint="Give another key.")
        await save_version(
            transaction, key, labels, members, author=act.author, note=note, at=act.now
        )
        await tie_snapshot(transaction, source, of.version, key)
        return key

    digest = sha256(asked.encode()).hexdigest()
    taken: str = await write_once(platform, work, act.now, act.request_key, digest)
    return await read_segment(platform.database, taken)


async def snapshots(
    platform: Platform, keys: Sequence[str]
) -> Mapping[str, Sequence[SavedSegment]]:
    """Return the snapshots taken of each segment, the newest first, by the segment's key."""
    return await read_snapshots(platform.database, keys)


async def sources(platform: Platform, keys: Sequence[str]) -> Mapping[str, Sequence[SavedSegment]]:
    """Return the segment that each snapshot was taken of, in the version of then, by its key."""
    return await read_sources(platform.database, keys)


async def _ordinals(transaction: Transaction, customers: Sequence[str]) -> FrozenBitMap:
    known = await read_ordinals(transaction, customers)
    unknown = [key for key in customers if key not in known]
    if unknown:
        more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        named = ", ".join(map(repr, unknown[:_SHOWN]))
        raise NotFound(f"no customer has the key {named}{more}.", where="customers")
    return FrozenBitMap(known.values())


async def _once(
    platform: Platform,
    key: str,
    work: Callable[[Transaction], Awaitable[int]],
    act: CommandContext,
    asked: str,
) -> SavedSegment:
    digest = sha256(asked.encode()).hexdigest()
    number: int = await write_once(platform, work, act.now, act.request_key, digest)
    return await read_segment(platform.database, key, number)


def _normal(customers: Sequence[str]) -> list[str]:
    return [normal_key(key).strip() for key in customers]


def _bounded(customers: Sequence[str]) -> None:
    if len(customers) > MAX_LISTED:
        raise InvalidInput(
            f"{len(customers):,} customers are too many at once.",
            where="customers",
            hint=f"Send at most {MAX_LISTED:,} a request, or take a snapshot of a filter.",
        )
