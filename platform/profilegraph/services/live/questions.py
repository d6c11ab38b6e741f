"""The resolved filter of a live segment, and who matches it: among all customers, or among changed ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import structlog
from pyroaring import BitMap

from profilegraph.domain.access import Permission
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.bitmap.evaluator import Evaluator
from profilegraph.engines.bitmap.run import Hierarchies
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.errors import DATABASE_AWAY, Forbidden, IndexUnable, InvalidFilter
from profilegraph.language.codec import encode_text
from profilegraph.language.nodes import EVERYONE, AllOf, Node, Tags, walk
from profilegraph.language.resolve import tag_groups
from profilegraph.language.rewriting import current
from profilegraph.language.row_access import narrowed
from profilegraph.language.saved_filters import NO_SEGMENTS, SavedFilters, inlined, reach
from profilegraph.language.validation import check
from profilegraph.services.access.authors import access_of_authors
from profilegraph.services.evaluation.computing import Computing
from profilegraph.services.evaluation.graph_evaluator import WHOLE_SECONDS, GraphEvaluator
from profilegraph.services.live.affected import AffectedCustomers
from profilegraph.services.platform import Platform
from profilegraph.storage.access import read_segment_owners
from profilegraph.storage.neo4j.readings import ReadTransaction
from profilegraph.storage.segments.saved import read_filters, read_library

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class LiveQuestion:
    """The filter of a segment, with the segments that it refers to inlined."""

    filter: Node
    definition: str
    """A digest that only equal filters under the same order of tags share."""
    catalogue: Catalogue = field(repr=False)
    """The catalogue for validation and evaluation; later removals are noticed in the next round."""

    @cached_property
    def reach(self) -> int:
        """Return the number of relations within which other customers affect a customer's membership."""
        return reach(self.filter, NO_SEGMENTS)


@dataclass(frozen=True)
class Matches:
    """The matching customers, and all existing customers, among those examined."""

    members: BitMap
    everyone: BitMap


async def read_questions(
    platform: Platform, segments: Iterable[str], now: datetime
) -> tuple[Mapping[str, LiveQuestion], Mapping[str, Exception]]:
    """Return the filters of segments, and the errors of those that could not be read; both by key.

    A broken segment is left out and logged. A segment that cannot be read does not block the
    others.
    """
    keys = sorted(segments)
    try:
        return await _read_questions(platform, keys, now), {}
    except DATABASE_AWAY:
        raise
    except Exception as error:  # noqa: BLE001  (of which segment it is, each by itself tells)
        if len(keys) == 1:
            return {}, {keys[0]: error}
    found: dict[str, LiveQuestion] = {}
    failed: dict[str, Exception] = {}
    for key in keys:
        questions, wrong = await read_questions(platform, [key], now)
        found |= questions
        failed |= wrong
    return found, failed


async def _read_questions(
    platform: Platform, keys: Sequence[str], now: datetime
) -> Mapping[str, LiveQuestion]:
    filters = await read_filters(platform.database, keys)
    library = await read_library(platform.database, AllOf(tuple(filters.values())))
    catalogue = await platform.catalogue()
    rows = await _rows_of_owners(platform, [*filters], now)
    questions = {}
    for key, node in filters.items():
        try:
            questions[key] = resolve_question(node, library, catalogue, rows.get(key, EVERYONE))
        except InvalidFilter as error:
            _log.warning("live_segment_cannot_be_asked", segment=key, error=str(error))
    return questions


async def rows_of_owner(platform: Platform, segment: str, now: datetime) -> Node:
    """Return the customers that the owner of a segment sees; raises Forbidden for nobody's any more."""
    return (await _rows_of_owners(platform, [segment], now)).get(segment, EVERYONE)


async def _rows_of_owners(
    platform: Platform, segments: Sequence[str], now: datetime
) -> Mapping[str, Node]:
    """Return the customers that the owners of segments see, by segment.

    Raises Forbidden if one of the owners may do nothing any more.
    """
    owners = await read_segment_owners(platform.database, segments)
    known = await access_of_authors(platform.database, owners.values(), now)
    rows = {}
    for segment, owner in owners.items():
        access = known[owner]
        if isinstance(access, Forbidden):
            raise access
        access.require(Permission.CUSTOMERS_READ, f"keeping the segment {segment!r} live")
        rows[segment] = access.rows(Permission.CUSTOMERS_READ)
    return rows


def resolve_question(
    node: Node, library: SavedFilters, catalogue: Catalogue, rows: Node = EVERYONE
) -> LiveQuestion:
    """Return the question of a filter among the customers of `rows`; raises InvalidFilter."""
    check(node, catalogue, library)
    check(rows, catalogue, NO_SEGMENTS)
    whole = narrowed(inlined(node, library), current(rows, catalogue))
    digest = hashlib.sha256(encode_text(whole).encode())
    for leaf in walk(whole):
        if isinstance(leaf, Tags):
            groups = tag_groups(leaf, catalogue)
            named = [*map(sorted, groups.wanted), sorted(groups.refused)]
            digest.update(repr(named).encode())
    return LiveQuestion(whole, digest.hexdigest(), catalogue)


async def matches_among_all(platform: Platform, question: LiveQuestion, now: datetime) -> Matches:
    """Return the matching customers among all, by the index, or by Cypher if there is none."""
    context = platform.context(now)
    try:
        view = await platform.cache.indexed()
        evaluator = Evaluator(view, question.catalogue, context)
        return await Computing(platform.cache.workers).run(
            lambda: Matches(evaluator.members(question.filter), evaluator.everyone),
            evaluator.price([question.filter]),
        )
    except IndexUnable:

        async def work(reading: ReadTransaction) -> Matches:
            evaluator = GraphEvaluator(reading, question.catalogue, context)
            return Matches(await evaluator.members(question.filter), await evaluator.everyone())

        return await platform.database.reading(work, timeout=WHOLE_SECONDS)


def matches_among(
    platform: Platform,
    question: LiveQuestion,
    some: AffectedCustomers,
    trees: Hierarchies,
    now: datetime,
) -> Matches:
    """Return the matching customers among affected ones, in time that depends on their number alone."""
    evaluator = Evaluator(
        IndexSnapshot((some.run,), trees), question.catalogue, platform.context(now)
    )
    members = evaluator.members(question.filter) & some.customers
    return Matches(members, evaluator.everyone & some.customers)
