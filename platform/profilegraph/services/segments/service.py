"""Segments: evaluated, explained, and saved in versions."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter, ValidationError

from profilegraph.domain.audit import AuditTargets
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.limits import MAX_PAGE
from profilegraph.domain.refusals import reason, reasons
from profilegraph.domain.segments import SegmentState
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Key, Labels
from profilegraph.engines.reference.evaluator import Verdict, explain
from profilegraph.errors import InvalidInput, NotFound
from profilegraph.language.answers import Order, Position, Sort, WaterfallCounts
from profilegraph.language.facts import Facts, Past, When
from profilegraph.language.nodes import AllOf, Node
from profilegraph.language.rewriting import current
from profilegraph.language.saved_filters import NO_SEGMENTS, SavedFilters, reach
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.language.validation import check
from profilegraph.rendering.sentences import sentence
from profilegraph.services.access.visibility import require_visible, visible_customers
from profilegraph.services.commands import ChangeCommand, run_command
from profilegraph.services.customers.history import require_no_search
from profilegraph.services.evaluation.choosing import engine, evaluation_context, library_of
from profilegraph.services.platform import Platform
from profilegraph.services.segments.broken import only
from profilegraph.services.segments.rules import admit
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.records.facts import read_facts, read_past_facts
from profilegraph.storage.segments.saved import (
    list_segments,
    read_segment,
    save_version,
)

_KEYS = TypeAdapter[str](Key)


@dataclass(frozen=True)
class Waterfall:
    """How many customers each condition kept, from all of them down to the members."""

    total: int
    conditions: tuple[Node, ...]
    steps: tuple[WaterfallCounts, ...]


@dataclass(frozen=True)
class CustomerPage:
    """Keys of customers in order, and whether more follow."""

    positions: tuple[Position, ...]
    has_next: bool


async def count(platform: Platform, node: Node, when: When, search: str | None = None) -> int:
    """Return how many customers match; raises InvalidFilter if the filter names something unknown."""
    require_no_search(search, when)
    return await (await engine(platform, [node], when)).count(node, search)


async def waterfall(platform: Platform, node: Node, when: When) -> Waterfall:
    """Return what each condition of an `all` kept and removed, in the order written.

    A filter that is no `all` has one step: itself.
    """
    conditions = node.conditions if isinstance(node, AllOf) else (node,)
    total, steps = await (await engine(platform, [node], when)).waterfall(conditions)
    return Waterfall(total, conditions, tuple(steps))


async def members(
    platform: Platform,
    node: Node,
    when: When,
    *,
    first: int,
    after: Position | None = None,
    order: Sort = Order.KEY,
    descending: bool = False,
    search: str | None = None,
) -> CustomerPage:
    """Return a page of at most `first` (1 to 1,000) matching customers, after a position.

    Raises InvalidInput if `first` is out of range.
    """
    if not 1 <= first <= MAX_PAGE:
        raise InvalidInput(f"a page has 1 to {MAX_PAGE} customers, not {first}.", where="first")
    require_no_search(search, when)
    answering = await engine(platform, [node], when)
    positions = await answering.page(
        node,
        first=first + 1,
        after=after,
        order=order,
        descending=descending,
        search=search,
    )
    return CustomerPage(tuple(positions[:first]), len(positions) > first)


async def explain_member(platform: Platform, node: Node, customer: str, when: When) -> Verdict:
    """Return why a customer, by its key, is a member or is not; raises NotFound, InvalidFilter."""
    catalogue, context = await evaluation_context(platform, [node], when)
    node = current(node, catalogue)
    if isinstance(when, Past):
        facts = await read_past_facts(platform.database, customer, when.at)
    else:
        facts = await read_facts(platform.database, customer, reach(node, context.library))
    if facts.merged_into is not None:
        await require_visible(
            platform, [facts.merged_into], when.present if isinstance(when, Past) else when
        )
        raise NotFound(
            f"the customer {customer!r} was merged into another.",
            hint=f"Ask about {facts.merged_into!r}.",
        )
    facts = await _seen(platform, facts, when)
    # Of somebody with thousands of events or relations it takes a while.
    return await asyncio.to_thread(explain, node, facts, catalogue, context)


async def _seen(platform: Platform, facts: Facts, when: When) -> Facts:
    """Return facts with those of related customers marked that are out of the viewer's scope.

    Raises NotFound, as of a customer that does not exist, if it is out of scope itself.
    """
    present = when.present if isinstance(when, Past) else when
    seen = await visible_customers(platform, present)
    if seen is None:
        return facts
    near = {
        key: replace(one, hidden=one.ordinal is None or one.ordinal not in seen.ordinals)
        for key, one in facts.near.items()
    }
    if facts.ordinal is None or facts.ordinal not in seen.ordinals:
        raise NotFound(f"no customer has the key {facts.key!r}.")
    return replace(facts, near=near)


@dataclass(frozen=True)
class SaveSegment(ChangeCommand):
    """A filter to save as the newest version of a segment."""

    key: str
    labels: Labels
    filter: Node
    note: str = ""
    state: SegmentState | None = None
    """The new state; None keeps it, and makes a new segment ACTIVE."""
    base_version: int | None = None
    """The version that was edited, 0 for none; None skips the check for conflicts."""

    @property
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command."""
        return AuditTargets.of(segment=self.key)


async def save_segment(
    platform: Platform, command: SaveSegment, context: CommandContext
) -> SavedSegment:
    """Save a filter and return its version: the newest if it has that filter already, else a new one.

    Labels belong to the segment, not to a version: changing them makes no new version. A new
    segment belongs to the author. Raises InvalidFilter, also for circular references, InvalidInput
    if the key is invalid, Forbidden unless the author may edit the segment, and Conflict if it is
    archived, a state does not allow the references, or the base version is no longer the newest.
    """
    key = segment_key(command.key)
    catalogue = await platform.catalogue()
    node = current(command.filter, catalogue)
    check(node, catalogue, await library(platform, node), key)

    async def work(transaction: Transaction) -> int:
        await admit(
            transaction,
            key,
            node,
            command.state,
            context.actor,
            base_version=command.base_version,
        )
        return await save_version(
            transaction,
            key,
            command.labels,
            node,
            author=context.author,
            note=command.note,
            at=context.now,
        )

    version = await run_command(platform, command, context, work)
    return await read_segment(platform.database, key, version)


async def segment(platform: Platform, key: str, when: When | None = None) -> SavedSegment:
    """Return a saved segment in its newest version, or in the one of a past moment.

    Raises NotFound.
    """
    at = when.at if isinstance(when, Past) else None
    return await read_segment(platform.database, key, at=at)


async def segments(
    platform: Platform,
    states: Container[SegmentState] = frozenset(SegmentState),
    are_broken: bool | None = None,
) -> Sequence[SavedSegment]:
    """Return the saved segments in these states, each in its newest version, by key.

    With `are_broken`, only broken ones, or only the others.
    """
    found = [one for one in await list_segments(platform.database) if one.state in states]
    return found if are_broken is None else await only(platform, found, are_broken=are_broken)


async def library(platform: Platform, node: Node, when: When | None = None) -> SavedFilters:
    """Return the saved segments that a filter refers to, directly or indirectly.

    They are in their newest versions, or in those of a past moment.
    """
    return await library_of(platform, node, when)


def text(node: Node, catalogue: Catalogue, locale: str, library: SavedFilters = NO_SEGMENTS) -> str:
    """Return a filter as a sentence.

    Raises InvalidFilter if it names something that the catalogue or the library lacks.
    """
    check(node, catalogue, library)
    return sentence(node, catalogue, locale, library)


def readable_text(
    node: Node, catalogue: Catalogue, locale: str, library: SavedFilters = NO_SEGMENTS
) -> str:
    """Return a stored filter as a sentence; what no longer exists is called by its key."""
    return sentence(node, catalogue, locale, library)


def segment_key(text: str) -> str:
    """Return a text as the key of a segment; raises InvalidInput if it is invalid."""
    try:
        return _KEYS.validate_python(text)
    except ValidationError as fault:
        raise InvalidInput(reason(reasons(fault)[0]) + ".", where="key") from fault
