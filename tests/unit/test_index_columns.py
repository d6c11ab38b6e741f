"""The columns of the index hold what a plain list would hold, in fewer bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from profilegraph.engines.bitmap.bitmaps import (
    bitmap_of,
    bitmap_of_mask,
    bitmap_where,
    masked,
    ordinals_of,
    size_of,
)
from profilegraph.engines.bitmap.building import Rows, build
from profilegraph.engines.bitmap.columns import (
    DictionaryColumn,
    Moments,
    Numbers,
    numbers_hold,
    packed,
)
from profilegraph.engines.bitmap.keys import Keys
from profilegraph.engines.bitmap.pages import page_by_key
from profilegraph.engines.bitmap.run import Hierarchies, IndexRun
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.engines.bitmap.tables import IndexTable, Row
from profilegraph.errors import IndexUnable
from profilegraph.language.nodes import NumberTest
from profilegraph.language.predicates import number_holds
from profilegraph.language.resolve import Span
from profilegraph.services.operations.metrics import Metrics

NOW = datetime(2026, 3, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
whole = st.integers(-(2**63), 2**63 - 1) | st.integers(-300, 300)
exact = st.lists(st.none() | whole)
rounded = st.lists(st.none() | st.floats(-1e12, 1e12) | st.integers(-9, 9))
words = st.lists(st.none() | st.sampled_from(["a", "b", "字"]) | st.text(max_size=2))
moments = st.one_of(
    st.integers(-40_000, 40_000).map(lambda days: days * 86_400_000_000),
    st.integers(-(10**9), 10**9).map(lambda seconds: seconds * 1_000_000),
    st.integers(-(10**15), 10**16),
)
times = st.lists(moments)
SORTS = [(Numbers, exact), (Numbers, rounded), (DictionaryColumn, words), (Moments, times)]


def told(column: Any) -> list[Any]:
    """Return a column's values as a list."""
    match column:
        case Numbers():
            values: list[Any] = column.values.tolist()
            if column.present is None:
                return values
            there = column.present.tolist()
            return [value if here else None for value, here in zip(values, there, strict=True)]
        case DictionaryColumn():
            return [column.values[code] for code in column.codes.tolist()]
        case _:
            found: list[Any] = column.microseconds().tolist()
            return found


@pytest.mark.parametrize(("sort", "lists"), SORTS)
@given(data=st.data())
def test_a_column_says_what_was_put_in(sort: Any, lists: Any, data: st.DataObject) -> None:
    values = data.draw(lists)
    assert told(sort.of(values)) == values
    assert len(sort.of(values)) == len(values)


@pytest.mark.parametrize(("sort", "lists"), SORTS)
@given(data=st.data())
def test_columns_are_joined_and_cut_as_lists_are(
    sort: Any, lists: Any, data: st.DataObject
) -> None:
    parts = data.draw(st.lists(lists, min_size=1, max_size=3))
    one = [value for part in parts for value in part]
    column = sort.joined([sort.of(part) for part in parts])
    assert told(column) == one
    places = data.draw(st.lists(st.integers(0, len(one) - 1), unique=True)) if one else []
    places.sort()
    assert told(column.take(np.array(places, np.intp))) == [one[place] for place in places]


@given(values=st.lists(whole, min_size=1))
def test_whole_numbers_stay_what_they_are_in_the_smallest_type(values: list[int]) -> None:
    column = packed(np.array(values, np.int64))
    assert column.tolist() == values
    assert column.dtype.kind in "iu"
    if max(values) < 256 and min(values) >= 0:
        assert column.itemsize == 1


@given(
    values=st.lists(st.floats(-1e9, 1e9) | st.integers(-9, 9)),
    test=st.fixed_dictionaries(
        {},
        optional={
            name: st.integers(-9, 9).map(float) for name in ("eq", "ne", "lt", "lte", "gt", "gte")
        },
    )
    .filter(bool)
    .map(lambda asked: NumberTest(**asked)),  # type: ignore[arg-type]  # none of them is a tuple
)
def test_a_column_of_numbers_is_compared_as_each_number_is(
    values: list[float], test: NumberTest
) -> None:
    column = Numbers.of(values).values
    assert numbers_hold(test, column).tolist() == [number_holds(test, one) for one in values]


@given(values=times, edges=st.lists(moments, min_size=4, max_size=4), offset=st.integers(-1, 1))
def test_a_column_of_moments_lies_within_a_span_as_each_moment_does(
    values: list[int], edges: list[int], offset: int
) -> None:
    after, since, until, now = (EPOCH + timedelta(microseconds=edge + offset) for edge in edges)
    expected = [EPOCH + timedelta(microseconds=one) for one in values]
    column = Moments.of(values)
    for span in (
        Span(after, since, until, now),
        Span(None, None, None, now),
        Span(after, None, None, now),
        Span(None, since, until, now),
    ):
        assert column.within(span).tolist() == [one in span for one in expected]
    assert column.later(after).tolist() == [one > after for one in expected]


ordinals = st.lists(st.integers(0, 300_000) | st.integers(2**32 - 70_000, 2**32 - 1))


@given(some=ordinals)
def test_a_set_of_ordinals_is_that_set(some: list[int]) -> None:
    bitmap = bitmap_of(np.array(some, np.uint32))
    assert bitmap == BitMap(some)
    assert ordinals_of(bitmap).tolist() == sorted(set(some))


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("first", [0, 1 << 16, (1 << 32) - (1 << 18)])
def test_a_mask_is_the_set_of_its_places(share: float, first: int) -> None:
    mask = np.random.default_rng(7).random(200_001) < share
    found = bitmap_of_mask(mask, first)
    assert found == BitMap((np.flatnonzero(mask) + first).tolist())


@pytest.mark.parametrize("step", [1, 3, 40, 7_000])
@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_some_of_ascending_ordinals_are_that_set(step: int, share: float) -> None:
    ordinals = np.arange(65_530, 65_530 + step * 30_000, step, dtype=np.uint32)
    mask = np.random.default_rng(7).random(len(ordinals)) < share
    assert bitmap_where(ordinals, mask) == BitMap(ordinals[mask].tolist())


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_the_values_of_a_mask_are_those_where_it_is_true(share: float) -> None:
    values = np.arange(0, 3_000, 3)
    mask = np.random.default_rng(7).random(len(values)) < share
    expected = [value for value, true in zip(values.tolist(), mask.tolist(), strict=True) if true]
    assert masked(values, mask).tolist() == expected


def test_the_ordinals_of_many_customers_make_the_same_set_in_any_order() -> None:
    some = np.random.default_rng(7).permutation(np.arange(5_000, 90_000, 3, dtype=np.uint32))
    assert bitmap_of(some) == BitMap(some.tolist())


keys_ = st.text("aZ字😀\ufffd", min_size=1, max_size=3)


@given(
    keys=st.lists(keys_, unique=True, min_size=1, max_size=12),
    levels=st.lists(st.integers(0, 2), min_size=12, max_size=12),
    first=st.integers(1, 4),
    descending=st.booleans(),
    after=st.none() | keys_,
)
def test_pages_over_several_levels_are_the_keys_in_order(
    keys: list[str], levels: list[int], first: int, descending: bool, after: str | None
) -> None:
    found = [run_of(keys, [n for n, one in enumerate(levels) if one == k and n < len(keys)])
             for k in range(3)]  # fmt: skip
    view = IndexSnapshot(tuple(found), Hierarchies())
    everyone = BitMap(range(len(keys)))
    expected = sorted(keys, reverse=descending)
    if after is not None:
        expected = [key for key in expected if (key < after if descending else key > after)]
    seen, start = [], after
    while page := page_by_key(view, everyone, first, start, descending=descending):
        seen += page
        start = page[-1]
    assert seen == expected


def run_of(keys: list[str], chosen: list[int]) -> IndexRun:
    rows = Rows(customers=[(n, keys[n], n, False) for n in chosen])
    return build(rows, BitMap(chosen))


@given(keys=st.lists(keys_, unique=True, max_size=12), cut=st.integers(0, 12))
def test_keys_are_cut_and_joined_in_order(keys: list[str], cut: int) -> None:
    pairs = list(enumerate(keys))
    all_ = Keys.of(pairs)
    one, other = (all_.take(np.array(some, np.uint32)) for some in (range(cut), range(cut, 13)))
    for known in (all_, Keys.joined([one, other])):
        assert [known.key(rank) for rank in range(len(known))] == sorted(keys)
        assert known.ordinal.tolist() == [keys.index(key) for key in sorted(keys)]


@pytest.mark.parametrize("values", [["many", 3.0], [True, 1.0], [[1.0], [2.0]], [NOW, NOW]])
def test_values_of_several_types_are_left_to_cypher(values: list[Any]) -> None:
    customers: list[Row] = [(n, f"c{n}", n, False) for n in range(2)]
    with pytest.raises(IndexUnable, match="several types"):
        build(Rows(customers, {"attr_size": list(enumerate(values))}), BitMap(range(2)))


def test_the_bytes_that_are_told_are_those_that_are_taken() -> None:
    numbers = Numbers.of([None, *range(70_000)])
    assert numbers.present is not None
    assert numbers.nbytes == numbers.values.nbytes + numbers.present.nbytes == 70_001 * 5
    assert Numbers.of([7] * 70_000).nbytes == 1
    assert DictionaryColumn.of(["a", "b"] * 35_000).nbytes < 70_000 + 200
    sparse, dense = BitMap(range(0, 2**22, 1_000)), BitMap(range(0, 2**22, 2))
    assert size_of(sparse) == 2 * len(sparse)
    assert size_of(dense) == 2**22 // 8


@given(
    rows=st.lists(st.integers(0, 40), max_size=60).map(sorted),
    some=st.sets(st.integers(0, 45)).map(sorted),
)
def test_the_rows_about_some_customers_are_theirs_in_order(
    rows: list[int], some: list[int]
) -> None:
    table = IndexTable(np.array(rows, np.uint32), {"value": Numbers.of([*range(len(rows))])})
    about = table.about(np.array(some, np.uint32))
    wanted = [(one, place) for place, one in enumerate(rows) if one in some]
    assert [*zip(about.customer, about["value"].values, strict=True)] == wanted


@given(
    first=st.integers(0, 2**32 - 61),
    size=st.integers(1, 60),
    some=st.sets(st.integers(-5, 65)).map(sorted),
)
def test_the_rows_of_customers_without_a_gap_are_found_by_their_place(
    first: int, size: int, some: list[int]
) -> None:
    rows = [*range(first, first + size)]
    table = IndexTable(np.array(rows, np.uint32), {"value": Numbers.of([*range(size)])})
    asked = [first + one for one in some if 0 <= first + one < 2**32]
    about = table.about(np.array(asked, np.uint32))
    assert about.customer.tolist() == [one for one in rows if one in asked]
    assert about["value"].values.tolist() == [one - first for one in rows if one in asked]


def test_memory_is_told_by_what_it_holds_and_the_parts_are_the_whole() -> None:
    customers: list[Row] = [(n, f"c{n}", n, False) for n in range(500)]
    moment = int(NOW.timestamp() * 1_000_000)
    events: list[Row] = [(n, moment + n, None, None, None, None) for n in range(500)]
    known = build(Rows(customers), BitMap(range(500)))
    active = build(Rows(customers, events={"visit": events}), BitMap(range(500)))
    view = IndexSnapshot((known, active), Hierarchies())
    assert known.sizes.events == 0 < active.sizes.events
    assert active.nbytes - known.nbytes == active.sizes.events
    assert view.nbytes == sum(view.sizes) == known.nbytes + active.nbytes
    metrics = Metrics()
    metrics.index_takes(view.sizes)
    told = f'profilegraph_index_part_bytes{{part="events"}} {float(active.sizes.events)}'
    assert told in metrics.text().decode()
