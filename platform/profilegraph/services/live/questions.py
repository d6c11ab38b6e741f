"""What a live segment asks, written out, and who matches: all customers, or some that changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import structlog
from pyroaring import BitMap

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.bitmap import cost
from profilegraph.engines.bitmap.evaluator import Evaluator
from profilegraph.engines.bitmap.run import Hierarchies
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.errors import DATABASE_AWAY, IndexUnable, InvalidFilter
from profilegraph.language.codec import encode_text
from profilegraph.language.nodes import AllOf, Node, Tags, walk
from profilegraph.language.resolve import tag_groups
from profilegraph.language.saved_filters import NO_SEGMENTS, SavedFilters, reach, written_out
from profilegraph.language.validation import check
from profilegraph.services.evaluation.computing import Computing
from profilegraph.services.evaluation.graph_evaluator import WHOLE_SECONDS, GraphEvaluator
from profilegraph.services.live.affected import AffectedCustomers
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.readings import ReadTransaction
from profilegraph.storage.segments.saved import read_filters, read_library

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class LiveQuestion:
    """What a segment asks: its filter with those of the segments that it refers to in it."""

    filter: Node
    definition: str
    """Digest that is the same only where the same is asked, under the same order of tags."""
    catalogue: Catalogue = field(repr=False)
    """By which it was checked, and is evaluated: what goes meanwhile is found in the next round."""

    @cached_property
    def reach(self) -> int:
        """Return how many relations away the customers are on whom one's membership depends."""
        return reach(self.filter, NO_SEGMENTS)


@dataclass(frozen=True)
class Matches:
    """Who matches, and who is a customer at all, among those that were looked at."""

    members: BitMap
    everyone: BitMap


async def ask(
    platform: Platform, segments: Iterable[str]
) -> tuple[Mapping[str, LiveQuestion], Mapping[str, Exception]]:
    """Return what segments ask now, and why some of them could not be read at all; both by key.

    One that is broken is left out and logged. One that cannot be read holds up no other.
    """
    keys = sorted(segments)
    try:
        return await _ask(platform, keys), {}
    except DATABASE_AWAY:
        raise
    except Exception as error:  # noqa: BLE001  (of which segment it is, each by itself tells)
        if len(keys) == 1:
            return {}, {keys[0]: error}
    found: dict[str, LiveQuestion] = {}
    failed: dict[str, Exception] = {}
    for key in keys:
        asked, wrong = await ask(platform, [key])
        found |= asked
        failed |= wrong
    return found, failed


async def _ask(platform: Platform, keys: Sequence[str]) -> Mapping[str, LiveQuestion]:
    filters = await read_filters(platform.database, keys)
    library = await read_library(platform.database, AllOf(tuple(filters.values())))
    catalogue = await platform.catalogue()
    asked = {}
    for key, node in filters.items():
        try:
            asked[key] = asked_by(node, library, catalogue)
        except InvalidFilter as error:
            _log.warning("live_segment_cannot_be_asked", segment=key, error=str(error))
    return asked


def asked_by(node: Node, library: SavedFilters, catalogue: Catalogue) -> LiveQuestion:
    """Return what a filter asks; raises InvalidFilter."""
    check(node, catalogue, library)
    whole = written_out(node, library)
    digest = hashlib.sha256(encode_text(whole).encode())
    for leaf in walk(whole):
        if isinstance(leaf, Tags):
            groups = tag_groups(leaf, catalogue)
            named = [*map(sorted, groups.wanted), sorted(groups.refused)]
            digest.update(repr(named).encode())
    return LiveQuestion(whole, digest.hexdigest(), catalogue)


async def among_all(platform: Platform, asked: LiveQuestion, now: datetime) -> Matches:
    """Return who matches among all customers: by the index, or where there is none by Cypher."""
    context = platform.context(now)
    try:
        view = await platform.knowledge.indexed()
        evaluator = Evaluator(view, asked.catalogue, context)
        return await Computing(platform.knowledge.threads).run(
            lambda: Matches(evaluator.members(asked.filter), evaluator.everyone),
            cost.of_filters([asked.filter], view, context.library),
        )
    except IndexUnable:

        async def work(reading: ReadTransaction) -> Matches:
            evaluator = GraphEvaluator(reading, asked.catalogue, context)
            return Matches(await evaluator.members(asked.filter), await evaluator.everyone())

        return await platform.database.reading(work, timeout=WHOLE_SECONDS)


def among_some(
    platform: Platform,
    asked: LiveQuestion,
    some: AffectedCustomers,
    trees: Hierarchies,
    now: datetime,
) -> Matches:
    """Return who matches among those that changes affect, in time that grows with these alone."""
    evaluator = Evaluator(
        IndexSnapshot((some.level,), trees), asked.catalogue, platform.context(now)
    )
    members = evaluator.members(asked.filter) & some.customers
    return Matches(members, evaluator.everyone & some.customers)
