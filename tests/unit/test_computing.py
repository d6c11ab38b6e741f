"""What a request asks is found out once, and never holds up those who ask for something else."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Labels
from profilegraph.engines.bitmap import evaluator as to_bitmap
from profilegraph.engines.bitmap import memo
from profilegraph.engines.bitmap.building import Rows, build
from profilegraph.engines.bitmap.run import Hierarchies
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.engines.reference.evaluator import explain
from profilegraph.language.answers import ByFilter
from profilegraph.language.facts import Context, EventFact, Facts
from profilegraph.language.nodes import (
    EVERYONE,
    AllOf,
    AnyOf,
    AttributeLeaf,
    Events,
    EventTest,
    InSegment,
    Leaf,
    Node,
    Not,
    NumberTest,
    Sequence,
)
from profilegraph.language.saved_filters import NO_SEGMENTS, SavedFilter, SavedFilters
from profilegraph.services.evaluation.bitmap_engine import IndexEngine
from profilegraph.services.evaluation.computing import LITTLE, Computing
from profilegraph.services.limits.spending import Spending
from profilegraph.services.limits.workers import Workers
from profilegraph.services.segments.answers import Bucket, BucketDetails

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CATALOGUE = Catalogue.of([])
EMPTY: Any = None
Moment = tuple[int, str, int]
"""Who did something, what, and how many microseconds ago."""
bought, visited = Events(type="purchase"), Events(type="visit")
rich = AttributeLeaf("revenue", number=NumberTest(gte=10))


def microseconds(moment: datetime) -> int:
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))


def view_of(events: list[Moment], customers: int = 8) -> IndexSnapshot:
    rows = Rows(customers=[(one, f"c{one}", one, False) for one in range(customers)])
    rows.values = {"a_revenue": [(one, float(one)) for one in range(customers)]}
    for who, what, ago in events:
        at = microseconds(NOW) - ago
        rows.events.setdefault(what, []).append((who, at, None, None, None, None))
    return IndexSnapshot((build(rows, BitMap(range(customers))),), Hierarchies())


def context(library: SavedFilters = NO_SEGMENTS) -> Context:
    return Context(NOW, NOW.date(), library)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[Node]:
    """How often each leaf was looked up in the columns."""
    found: Counter[Node] = Counter()
    ask = to_bitmap._asked

    def counting(node: Leaf, places: Any) -> BitMap:
        found[node] += 1
        return ask(node, places)

    monkeypatch.setattr(to_bitmap, "_asked", counting)
    return found


VIEW = view_of([(1, "purchase", 5), (2, "visit", 9), (1, "visit", 7)])


async def test_all_questions_of_a_request_find_out_equal_conditions_once(
    asked: Counter[Node],
) -> None:
    request = Computing(Workers())
    saved = SavedFilters({"buyers": SavedFilter(Labels(zh_cn="b", en="b"), AllOf((bought,)))})
    plain = IndexEngine(request.evaluator(VIEW, CATALOGUE, context()), EMPTY, request)
    other = IndexEngine(request.evaluator(VIEW, CATALOGUE, context(saved)), EMPTY, request)
    again = IndexEngine(request.evaluator(VIEW, CATALOGUE, context()), EMPTY, request)
    both = AllOf((bought, Not(visited)))
    assert await plain.count(both) == 0
    assert await again.waterfall((bought, visited)) == await plain.waterfall((bought, visited))
    assert await other.count(AnyOf((InSegment("buyers"), visited))) == 2
    found = await again.split(EVERYONE, [ByFilter((both,)), ByFilter((bought, visited))])
    assert found[1, 1] == 2
    assert asked == {bought: 1, visited: 1}


async def test_values_are_read_of_some_at_first_and_of_all_once(asked: Counter[Node]) -> None:
    request = Computing(Workers())
    engine = IndexEngine(request.evaluator(VIEW, CATALOGUE, context()), EMPTY, request)
    for others in (bought, visited, Not(bought), Not(visited)):
        await engine.count(AllOf((others, rich)))
    assert asked == {bought: 1, visited: 1, rich: 2}


async def test_what_is_remembered_is_bounded(
    asked: Counter[Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memo, "MOST_BYTES", 3)
    evaluator = Computing(Workers()).evaluator(VIEW, CATALOGUE, context())
    for _ in range(2):
        assert evaluator.members(visited) == BitMap([1, 2])
        assert evaluator.members(bought) == BitMap([1])
    assert asked == {visited: 2, bought: 2}


async def test_a_request_does_little_in_the_event_loop_and_the_rest_on_a_thread() -> None:
    here = threading.get_ident()
    request = Computing(Workers())
    assert await request.run(threading.get_ident, LITTLE) == here
    # However little each of a hundred fields is: together they are too much.
    assert await request.run(threading.get_ident, 1) != here
    assert await Computing(Workers()).run(threading.get_ident, LITTLE + 1) != here


async def test_each_way_to_ask_tells_how_much_work_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []

    class Telling(Computing):
        async def run(self, work: Any, effort: int) -> Any:
            told.append(effort)
            return await super().run(work, effort)

    small = view_of([(one % 8, "visit", one) for one in range(10)])
    large = view_of([(one % 8, "visit", one) for one in range(2_000)])
    ways: list[Callable[[IndexEngine], Awaitable[object]]] = [
        lambda engine: engine.count(visited),
        lambda engine: engine.members(AllOf((visited,))),
        lambda engine: engine.page(Not(visited), first=3),
        lambda engine: engine.waterfall((visited,)),
        lambda engine: engine.breakdown(EVERYONE, [ByFilter((visited,))]),
        lambda engine: engine.split(EVERYONE, [ByFilter((visited,)), ByFilter((visited,))]),
    ]
    for view in (small, large):
        for ask in ways:
            request = Telling(Workers())
            await ask(IndexEngine(request.evaluator(view, CATALOGUE, context()), EMPTY, request))
    half = len(told) // 2
    # Of a page, the second piece of work is to put few members in order.
    rises = [after - before for before, after in zip(told[:half], told[half:], strict=True)]
    assert [rise > 1_000 for rise in rises] == [True, True, True, False, True, True, True]


async def test_what_a_request_has_found_out_costs_nothing_more() -> None:
    request = Computing(Workers(), spending := Spending())
    engine = IndexEngine(request.evaluator(VIEW, CATALOGUE, context()), EMPTY, request)
    await engine.count(AllOf((bought, visited)))
    once = spending.price
    assert once > 0
    await engine.count(AllOf((bought, visited)))
    assert spending.price == once
    await engine.count(AnyOf((bought, visited)))
    assert 0 < spending.price - once < once / 2


moments = st.one_of(st.integers(0, 6), st.integers(0, 30 * 86_400_000_000))
happenings = st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab"), moments), max_size=30)


@given(happenings, st.sampled_from(["aa", "ab", "ba"]), st.integers(1, 20))
def test_sequences_agree_with_looking_at_each_pair(
    events: list[Moment], types: str, days: int
) -> None:
    leaf = Sequence(first=EventTest(types[0]), then=EventTest(types[1]), within_days=days)
    within = days * 86_400_000_000
    pairs = {
        who
        for who, what, ago in events
        for other, then, later in events
        if who == other and (what, then) == tuple(types) and 0 < ago - later <= within
    }
    found = Computing(Workers()).evaluator(view_of(events), CATALOGUE, context()).members(leaf)
    assert set(found) == pairs
    for who in range(4):
        mine = [
            EventFact(str(place), what, NOW - timedelta(microseconds=ago))
            for place, (one, what, ago) in enumerate(events)
            if one == who
        ]
        facts = Facts(key="c", events=tuple(mine))
        verdict = explain(leaf, facts, CATALOGUE, context())
        assert verdict.holds is (who in pairs)
        if verdict.holds:
            first, then = verdict.evidence
            assert timedelta() < then.at - first.at <= timedelta(days=days)  # type: ignore[union-attr]


def test_events_lie_in_order_of_time_so_that_no_question_sorts_them() -> None:
    table = view_of([(2, "a", 1), (0, "a", 5), (2, "a", 9), (0, "a", 7)]).runs[0].events["a"]
    assert table.customer.tolist() == [0, 0, 2, 2]
    ago = microseconds(NOW) - table["at"].microseconds()
    assert ago.tolist() == [7, 5, 9, 1]
    assert table.take(np.array([3, 2, 1, 0])).ordered().customer.tolist() == [0, 0, 2, 2]


def test_a_bucket_that_is_told_under_thirty_names_makes_its_filter_once() -> None:
    apart = BucketDetails(ByFilter((bought,)), CATALOGUE)
    bucket = Bucket(None, None, 1, 2, AllOf((visited,)), apart, 0)
    assert bucket.filter_json is bucket.filter_json
    assert len(bucket.filter_json["all"]) == 2
