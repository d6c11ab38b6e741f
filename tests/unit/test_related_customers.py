"""Related customers are found without making every pair of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from profilegraph.domain.records.customers import RelationKind
from profilegraph.engines.bitmap import relations
from profilegraph.engines.bitmap.columns import Column, DictionaryColumn, Numbers
from profilegraph.engines.bitmap.relations import Relations
from profilegraph.engines.bitmap.tables import IndexTable
from profilegraph.errors import IndexUnable
from profilegraph.language.nodes import Related, bounds

PARENT, SUBSIDIARY, PARTNER = RelationKind.PARENT, RelationKind.SUBSIDIARY, RelationKind.PARTNER
SUBSIDIARIES = 3_000
Relation = tuple[int, int, RelationKind]


def relating(rows: list[Relation]) -> Relations:
    columns: dict[str, Column] = {
        "other": Numbers.of([row[1] for row in rows]),
        "kind": DictionaryColumn.of([row[2] for row in rows]),
    }
    return Relations(IndexTable(np.array([row[0] for row in rows], np.uint32), columns).ordered())


@pytest.fixture(scope="module")
def hub() -> Relations:
    """One parent of 3,000 subsidiaries, whose number is 0."""
    rows: list[Relation] = []
    for number in range(1, SUBSIDIARIES + 1):
        rows += [(number, 0, PARENT), (0, number, SUBSIDIARY)]
    return relating(rows)


def test_a_hub_is_crossed_in_proportion_to_its_relations_and_not_to_their_square(
    hub: Relations, monkeypatch: pytest.MonkeyPatch
) -> None:
    everyone = BitMap(range(SUBSIDIARIES + 1))
    monkeypatch.setattr(relations, "MOST_PAIRS", 10 * SUBSIDIARIES)
    for distance in (2, 5):
        assert hub.with_matching(Related(distance=distance), everyone, everyone) == everyone
        two = Related(distance=distance, at_least=2)
        assert hub.with_matching(two, everyone, everyone) == everyone
        alone = Related(distance=distance, at_most=0)
        assert not hub.with_matching(alone, everyone, everyone)
    assert not hub.with_matching(Related(distance=2), BitMap(), everyone)
    # Of one that matches, all but itself are near: it does not reach itself by way of the hub.
    assert hub.with_matching(Related(distance=2), BitMap([7]), everyone) == everyone - BitMap([7])


def test_many_related_customers_are_counted_as_sets_and_not_as_pairs(
    hub: Relations, monkeypatch: pytest.MonkeyPatch
) -> None:
    everyone = BitMap(range(SUBSIDIARIES + 1))
    monkeypatch.setattr(relations, "MOST_PAIRS", 0)
    monkeypatch.setattr(relations, "MOST_BYTES", 10 * SUBSIDIARIES)
    all_others = Related(distance=2, at_least=SUBSIDIARIES)
    assert hub.with_matching(all_others, everyone, everyone) == everyone
    more = Related(distance=2, at_least=SUBSIDIARIES + 1)
    assert not hub.with_matching(more, everyone, everyone)
    near = Related(distance=1, at_least=SUBSIDIARIES)
    assert hub.with_matching(near, everyone, everyone) == BitMap([0])
    fewer = Related(distance=2, at_most=SUBSIDIARIES - 1)
    assert hub.with_matching(fewer, everyone, everyone) == BitMap()
    with pytest.raises(IndexUnable):
        hub.with_matching(Related(distance=3, at_least=40), everyone, everyone)


steps = st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from([PARENT, PARTNER])).filter(
    lambda row: row[0] != row[1]
)


@st.composite
def asked(draw: st.DrawFn) -> Related:
    least = draw(st.none() | st.integers(0, 4))
    most = draw(st.none() | st.integers(least or 0, 5))
    kinds = draw(st.none() | st.just((PARTNER,)))
    return Related(least, most, kinds, draw(st.integers(1, 4)))


@given(
    st.lists(steps, max_size=20),
    asked(),
    st.frozensets(st.integers(0, 7)),
    st.sampled_from([0, 32]),
)
def test_pairs_and_sets_both_agree_with_going_step_by_step(
    rows: list[Relation], leaf: Related, matching: frozenset[int], few: int
) -> None:
    everyone = set(range(8))
    least, most = bounds(leaf)
    expected = set()
    for one in everyone:
        reached = {one}
        for _ in range(leaf.distance):
            reached |= {
                to
                for at, to, kind in rows
                if at in reached and kind in (leaf.kinds or RelationKind)
            }
        many = len((reached - {one}) & matching)
        if least <= many and (most is None or many <= most):
            expected.add(one)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relations, "FEW", few)
        found = relating(rows).with_matching(leaf, BitMap(matching), BitMap(everyone))
    assert set(found) == expected
