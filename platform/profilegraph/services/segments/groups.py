"""Overlaps resolved: of the segments of a group, each customer belongs to exactly one.

That is the first in rank, or the heaviest, that it is a member of. So what is left to a segment is a filter as any
other: it is counted, listed, broken down and exported like one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import Actor
from profilegraph.domain.segment_groups import SegmentGroup
from profilegraph.domain.segments import SegmentState
from profilegraph.domain.values import Labels
from profilegraph.errors import Conflict, Forbidden, InvalidInput, NotFound
from profilegraph.language.facts import When
from profilegraph.language.nodes import AllOf, AnyOf, InSegment, Node, Not
from profilegraph.nearest import did_you_mean
from profilegraph.rendering.languages import wording
from profilegraph.services.commands import ChangeCommand, run_command
from profilegraph.services.evaluation.choosing import engine
from profilegraph.services.platform import Platform
from profilegraph.services.segments.broken import naming_one
from profilegraph.services.segments.service import explain_member, segment_key
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.segments import groups as storage
from profilegraph.storage.segments.groups import claim_group, read_groups
from profilegraph.storage.segments.references import lock

MOST_RANKED = 20


@dataclass(frozen=True)
class SegmentShare:
    """What a group leaves to one of its segments."""

    rank: int
    """From 1 on."""
    segment: str
    members: int
    """All members of the segment."""
    own: int
    """Those who are members of none before it."""
    filter: Node
    """Who these are."""


@dataclass(frozen=True)
class SegmentShares:
    """A group's customers, each in exactly one share."""

    shares: tuple[SegmentShare, ...]
    total: int
    """Members of any of its segments: the shares add up to it."""


@dataclass(frozen=True)
class GroupAssignment:
    """To which segment of a group a customer belongs, and of which it is a member."""

    segments: tuple[str, ...]
    """All that it is a member of, the first in rank first."""
    ranks: tuple[int, ...]
    """Their ranks."""
    weights: tuple[float, ...] | None = None
    """Their weights, where these rank them."""

    @property
    def segment(self) -> str | None:
        """Return the one that it belongs to; None where it is a member of none."""
        return self.segments[0] if self.segments else None


@dataclass(frozen=True)
class SaveSegmentGroup(ChangeCommand):
    """Segments, by key, that a group is to rank: as they come, or the heaviest first."""

    key: str
    labels: Labels
    segments: tuple[str, ...]
    weights: tuple[float, ...] | None = None
    """One for each segment; among equals the order given decides."""


@dataclass(frozen=True)
class DeleteSegmentGroup(ChangeCommand):
    """A group that is to be deleted, without its segments."""

    key: str


async def save_group(
    platform: Platform, command: SaveSegmentGroup, context: CommandContext
) -> SegmentGroup:
    """Return a group after it ranks the segments of a command.

    Raises InvalidInput where there are fewer than 2, too many or one twice, NotFound where one does
    not exist, Conflict where one is archived, Forbidden where the group belongs to another.
    """
    key, segments = segment_key(command.key), command.segments
    if not 2 <= len(segments) <= MOST_RANKED or len(set(segments)) < len(segments):
        raise InvalidInput(f"name 2 to {MOST_RANKED} different segments.", where="segments")
    ranked, weights = _ranked(segments, command.weights)

    async def work(transaction: Transaction) -> None:
        _require_owner(key, await claim_group(transaction, key, context.author), context.actor)
        heads = await lock(transaction, ranked)
        for one in ranked:
            if one not in heads:
                raise NotFound(f"no segment has the key {one!r}.", hint="`segments` lists them.")
            if heads[one].state is SegmentState.ARCHIVED:
                raise Conflict(f"the segment {one!r} is archived.", hint="Make it ACTIVE again.")
        await storage.save_group(transaction, key, command.labels, ranked, weights)

    await run_command(platform, command, context, work)
    return await group(platform, key)


async def delete_group(
    platform: Platform, command: DeleteSegmentGroup, context: CommandContext
) -> None:
    """Delete a group, not its segments; raises Forbidden, NotFound."""
    key = command.key
    known = await group(platform, key)

    async def work(transaction: Transaction) -> None:
        _require_owner(key, known.owner, context.actor)
        await storage.delete_group(transaction, key)

    await run_command(platform, command, context, work)


async def group(platform: Platform, key: str) -> SegmentGroup:
    """Return a group; raises NotFound."""
    known = await read_groups(platform.database, [key])
    if not known:
        all_ = [one.key for one in await read_groups(platform.database)]
        hint = did_you_mean(key, all_, "`segmentGroups` lists them.")
        raise NotFound(f"no group has the key {key!r}.", hint=hint)
    return known[0]


async def groups(platform: Platform) -> Sequence[SegmentGroup]:
    """Return all groups, by key."""
    return await read_groups(platform.database)


async def shares(platform: Platform, of: SegmentGroup, when: When) -> SegmentShares:
    """Return what a group leaves to each of its segments; raises BrokenSegment."""
    whole = AnyOf(tuple(InSegment(key) for key in of.segments))
    async with naming_one(platform, of.segments, when):
        answering = await engine(platform, [whole], when)
    found = []
    for rank, key in enumerate(of.segments, start=1):
        own = own_filter(of, key)
        members = await answering.count(InSegment(key))
        found.append(SegmentShare(rank, key, members, await answering.count(own), own))
    return SegmentShares(tuple(found), await answering.count(whole))


async def primary(
    platform: Platform, of: SegmentGroup, customer: str, when: When
) -> GroupAssignment:
    """Return to which segment of a group a customer, by its key, belongs.

    Raises NotFound, and BrokenSegment where one of the segments cannot be asked.
    """
    asked = AnyOf(tuple(InSegment(key) for key in of.segments))
    async with naming_one(platform, of.segments, when):
        verdict = await explain_member(platform, asked, customer, when)
    holding = [place for place, one in enumerate(verdict.children) if one.holds]
    return GroupAssignment(
        tuple(of.segments[place] for place in holding),
        tuple(place + 1 for place in holding),
        None if of.weights is None else tuple(of.weights[place] for place in holding),
    )


def own_filter(of: SegmentGroup, key: str) -> Node:
    """Return who belongs to a segment of a group: its members that are in none before it."""
    before = tuple(InSegment(one) for one in of.segments[: of.segments.index(key)])
    return AllOf((InSegment(key), Not(AnyOf(before)))) if before else InSegment(key)


def _ranked(
    segments: Sequence[str], weights: Sequence[float] | None
) -> tuple[list[str], list[float] | None]:
    if weights is None:
        return list(segments), None
    if len(weights) != len(segments) or not all(map(isfinite, weights)):
        raise InvalidInput("give one weight for each segment.", where="weights")
    pairs = sorted(zip(weights, segments, strict=True), key=lambda pair: -pair[0])
    return [key for _, key in pairs], [weight for weight, _ in pairs]


def _require_owner(key: str, owner: str, actor: Actor) -> None:
    if owner != actor.name and not actor.operator:
        raise Forbidden(
            f"the group {key!r} belongs to {owner!r}; {actor.name!r} may not change it.",
            hint="Save one under another key.",
        )


def reason(found: GroupAssignment, names: Sequence[str], locale: str) -> str:
    """Return why a customer belongs to a segment, with the names of those it is a member of."""
    language = wording(locale)
    words = language.answers.groups
    if not names:
        return words.no_segment
    by: tuple[float, ...] = found.ranks
    named, many = words.ranked, words.first_segment
    if found.weights is not None:
        by, named, many = found.weights, words.weighed, words.heaviest_segment
    ranked = [named.format(*one) for one in zip(names, by, strict=True)]
    form = words.one_segment if len(ranked) == 1 else many
    return form.format(language.comma.join(ranked), names[0])
