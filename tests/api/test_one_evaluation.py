"""All that one request asks of equal filters is checked, read and evaluated once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from profilegraph.language import validation
from profilegraph.language.saved_filters import references
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.evaluation import choosing
from profilegraph.services.evaluation.graph_evaluator import GraphEvaluator
from profilegraph.services.platform import Platform
from profilegraph.storage.segments.saved import read_library

WARM = {"tags": {"dimension": "temperature", "anyOf": ["warm"]}}
FILTER = {"all": [{"segment": {"key": "warm"}}, {"not": {"any": []}}]}
QUERY = """query($f: FilterInput!, $g: FilterInput!, $at: DateTime) {
  segmentPreview(filter: $f, asOf: $at) { ...Everything }
  again: segmentPreview(filter: $g, asOf: $at) { ...Everything }
}
fragment Everything on SegmentPreview {
  count waterfall { total steps { kept } } breakdown(dimensions: ["temperature"]) { total }
  members(first: 10) { totalCount edges { node { key } } } text notices { code }
}"""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often a filter that refers to a segment was checked, read and evaluated."""
    found: Counter[str] = Counter()
    check, read, evaluate = validation.check, read_library, GraphEvaluator._members

    def checking(node: Any, *rest: Any) -> Any:
        found["checked"] += bool(references(node))
        return check(node, *rest)

    async def reading(*rest: Any) -> Any:
        found["read"] += 1
        return await read(*rest)

    async def evaluating(self: Any, node: Any) -> Any:
        found["evaluated"] += bool(references(node))
        return await evaluate(self, node)

    monkeypatch.setattr(validation, "check", checking)
    monkeypatch.setattr(choosing, "read_library", reading)
    monkeypatch.setattr(GraphEvaluator, "_members", evaluating)
    return found


async def saved(api: Any) -> None:
    await api('mutation { saveCustomer(input: {key: "a"}) { key } }')
    await api(
        'mutation { tagCustomers(customers: ["a"], tags: [{tag: "temperature/warm"}]) { key } }'
    )
    await api(
        """mutation($f: FilterInput!) {
          saveSegment(input: {key: "warm", labels: {zhCN: "热", en: "Warm"}, filter: $f}) { key } }""",
        f=WARM,
    )


async def test_equal_filters_of_a_request_are_checked_read_and_evaluated_once(
    api: Any, platform: Platform, asked: Counter[str]
) -> None:
    await saved(api)
    # Without an index each condition is asked of the graph, where it can be counted.
    api.platform = replace(platform, cache=GraphCache(platform.database))
    asked.clear()
    answer = await api(QUERY, f=FILTER, g=FILTER)
    assert answer["segmentPreview"] == answer["again"]
    assert answer["again"]["count"] == 1
    # The whole and, for the waterfall, its own condition that names the segment.
    assert asked == {"checked": 1, "read": 1, "evaluated": 2}


async def test_a_change_of_a_segment_is_seen_by_what_follows_in_the_request(api: Any) -> None:
    await saved(api)
    save = "saveSegment(input: {key: %s, labels: {zhCN: %s, en: %s}, filter: $%s}) { count text }"
    answer = await api(
        "mutation($f: FilterInput!, $none: FilterInput!) {"
        " before: "
        + save % ('"user"', '"用"', '"User"', "f")
        + " change: "
        + save % ('"warm"', '"热"', '"Cold"', "none")
        + " after: "
        + save % ('"user"', '"用"', '"User"', "f")
        + "}",
        f=FILTER,
        none={"any": []},
    )
    assert [answer[one]["count"] for one in ("before", "change", "after")] == [1, 0, 0]
    assert "Warm" in answer["before"]["text"]
    assert "Cold" in answer["after"]["text"]
