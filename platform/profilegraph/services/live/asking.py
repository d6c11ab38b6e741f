"""What a live segment asks, written out, and who matches: all customers, or some that changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import structlog
from pyroaring import BitMap

from profilegraph.domain.catalogue import Catalogue
from profilegraph.errors import DATABASE_AWAY, IndexUnable, InvalidFilter
from profilegraph.index import effort
from profilegraph.index.level import Trees
from profilegraph.index.to_bitmap import Evaluator
from profilegraph.index.view import View
from profilegraph.segments.checking import check
from profilegraph.segments.codec import encode_text
from profilegraph.segments.library import NO_SEGMENTS, Library, reach, written_out
from profilegraph.segments.meaning import tag_groups
from profilegraph.segments.nodes import AllOf, Node, Tags, walk
from profilegraph.services.computing import Computing
from profilegraph.services.graph_evaluator import WHOLE_SECONDS, GraphEvaluator
from profilegraph.services.live.affected import Affected
from profilegraph.services.platform import Platform
from profilegraph.storage.readings import Reading
from profilegraph.storage.saved_segments import read_filters, read_library

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Asked:
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
class Found:
    """Who matches, and who is a customer at all, among those that were looked at."""

    members: BitMap
    everyone: BitMap


async def ask(
    platform: Platform, segments: Iterable[str]
) -> tuple[Mapping[str, Asked], Mapping[str, Exception]]:
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
    found: dict[str, Asked] = {}
    failed: dict[str, Exception] = {}
    for key in keys:
        asked, wrong = await ask(platform, [key])
        found |= asked
        failed |= wrong
    return found, failed


async def _ask(platform: Platform, keys: Sequence[str]) -> Mapping[str, Asked]:
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


def asked_by(node: Node, library: Library, catalogue: Catalogue) -> Asked:
    """Return what a filter asks; raises InvalidFilter."""
    check(node, catalogue, library)
    whole = written_out(node, library)
    digest = hashlib.sha256(encode_text(whole).encode())
    for leaf in walk(whole):
        if isinstance(leaf, Tags):
            groups = tag_groups(leaf, catalogue)
            named = [*map(sorted, groups.wanted), sorted(groups.refused)]
            digest.update(repr(named).encode())
    return Asked(whole, digest.hexdigest(), catalogue)


async def among_all(platform: Platform, asked: Asked, now: datetime) -> Found:
    """Return who matches among all customers: by the index, or where there is none by Cypher."""
    context = platform.context(now)
    try:
        view = await platform.knowledge.indexed()
        evaluator = Evaluator(view, asked.catalogue, context)
        return await Computing(platform.knowledge.threads).run(
            lambda: Found(evaluator.members(asked.filter), evaluator.everyone),
            effort.of_filters([asked.filter], view, context.library),
        )
    except IndexUnable:

        async def work(reading: Reading) -> Found:
            evaluator = GraphEvaluator(reading, asked.catalogue, context)
            return Found(await evaluator.members(asked.filter), await evaluator.everyone())

        return await platform.database.reading(work, timeout=WHOLE_SECONDS)


def among_some(
    platform: Platform,
    asked: Asked,
    some: Affected,
    trees: Trees,
    now: datetime,
) -> Found:
    """Return who matches among those that changes affect, in time that grows with these alone."""
    evaluator = Evaluator(View((some.level,), trees), asked.catalogue, platform.context(now))
    members = evaluator.members(asked.filter) & some.customers
    return Found(members, evaluator.everyone & some.customers)
