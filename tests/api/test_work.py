"""What a request asks in several fields is found out once, on a graph with an index."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from profilegraph.domain.records.customers import Customer, Relation, RelationKind
from profilegraph.engines.bitmap import evaluator
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform


@pytest.fixture
async def indexed(api: Any) -> AsyncIterator[Platform]:
    subsidiaries = [f"s{number}" for number in range(5)]
    records = [Customer(key=key, name=key) for key in ("hub", *subsidiaries)]
    related = [
        Relation(customer=key, other="hub", kind=RelationKind.PARENT) for key in subsidiaries
    ]
    await save(api.platform, [*records, *related], api.now)
    cache = GraphCache(api.platform.database, 2**30)
    await cache.indexed()
    api.platform = replace(api.platform, cache=cache)
    yield api.platform
    await cache.close()


async def test_all_fields_of_a_request_look_equal_conditions_up_once(
    api: Any, indexed: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Counter[str] = Counter()
    ask = evaluator._asked

    def counting(node: Any, places: Any) -> Any:
        asked[type(node).__name__] += 1
        return ask(node, places)

    monkeypatch.setattr(evaluator, "_asked", counting)
    owned = {"owner": {"atLeast": 1}}
    near = {"related": {"distance": 2, "where": {"not": owned}}}
    answer = await api(
        """query ($a: FilterInput!, $b: FilterInput!) {
          one: segmentPreview(filter: $a) {
            count waterfall { total } members(first: 2) { totalCount }
            split(levels: [{filters: [$a, $b]}]) { total }
          }
          two: segmentPreview(filter: $b) { count }
          segmentOverlap(filters: [$a, $b]) { intersection union }
        }""",
        a={"all": [{"not": owned}, near]},
        b=near,
    )
    assert answer["one"]["count"] == answer["two"]["count"] == 6
    assert answer["segmentOverlap"] == {"intersection": 6, "union": 6}
    assert asked == {"Owners": 1}
