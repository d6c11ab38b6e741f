"""Segment groups: each customer belongs to at most one segment of a group.

That is the first in rank, or the heaviest, of which it is a member. The customers that belong to a
segment are a filter like any other: they can be counted, listed, broken down and exported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from profilegraph.domain.audit import AuditTargets
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
from profilegraph.services.segments.broken import reporting_any_broken
from profilegraph.services.segments.service import explain_member, segment_key
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.segments import groups as storage
from profilegraph.storage.segments.groups import claim_group, read_groups
from profilegraph.storage.segments.references import lock

MOST_RANKED = 20


@dataclass(frozen=True)
class SegmentShare:
    """The customers of a group that belong to one of its segments."""

    rank: int
    """From 1 on."""
    segment: str
    members: int
    """All members of the segment."""
    own: int
    """The members that are in no segment before it."""
    filter: Node
    """Their filter."""


@dataclass(frozen=True)
class SegmentShares:
    """A group's customers, each in exactly one share."""

    shares: tuple[SegmentShare, ...]
    total: int
    """The members of any of its segments: the sum of the shares."""


@dataclass(frozen=True)
class GroupAssignment:
    """The segment of a group to which a customer belongs, and those of which it is a member."""

    segments: tuple[str, ...]
    """All segments of which it is a member, by rank."""
    ranks: tuple[int, ...]
    """Their ranks."""
    weights: tuple[float, ...] | None = None
    """Their weights, if they are ranked by weight."""

    @property
    def segment(self) -> str | None:
        """Return the segment to which it belongs; None if it is a member of none."""
        return self.segments[0] if self.segments else None


@dataclass(frozen=True)
class SaveSegmentGroup(ChangeCommand):
    """Segments, by key, to rank in a group: in the given order, or by weight."""

    key: str
    labels: Labels
    segments: tuple[str, ...]
    weights: tuple[float, ...] | None = None
    """One per segment; among equal weights the given order decides."""

    @property
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command."""
        ranked = tuple(f"segment:{key}" for key in self.segments)
        return AuditTargets(others=(f"segmentGroup:{self.key}", *ranked))


@dataclass(frozen=True)
class DeleteSegmentGroup(ChangeCommand):
    """A group to delete, without its segments."""

    key: str

    @property
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command."""
        return AuditTargets.of(segmentGroup=self.key)


async def save_group(
    platform: Platform, command: SaveSegmentGroup, context: CommandContext
) -> SegmentGroup:
    """Save a group with its ranked segments and return it.

    Raises InvalidInput if there are fewer than 2 segments, too many or duplicates, NotFound if one
    does not exist, Conflict if one is archived, Forbidden if the group belongs to another.
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
    """Return the customers that belong to each segment of a group; raises BrokenSegment."""
    whole = AnyOf(tuple(InSegment(key) for key in of.segments))
    async with reporting_any_broken(platform, of.segments, when):
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
    """Return the segment of a group to which a customer, by its key, belongs.

    Raises NotFound, and BrokenSegment if one of the segments cannot be evaluated.
    """
    asked = AnyOf(tuple(InSegment(key) for key in of.segments))
    async with reporting_any_broken(platform, of.segments, when):
        verdict = await explain_member(platform, asked, customer, when)
    holding = [place for place, one in enumerate(verdict.children) if one.holds]
    return GroupAssignment(
        tuple(of.segments[place] for place in holding),
        tuple(place + 1 for place in holding),
        None if of.weights is None else tuple(of.weights[place] for place in holding),
    )


def own_filter(of: SegmentGroup, key: str) -> Node:
    """Return the filter of the customers that belong to a segment of a group."""
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
    """Return why a customer belongs to a segment, given the names of those it is a member of."""
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
