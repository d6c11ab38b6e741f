"""Groups of segments over the API."""

from typing import Any

import pytest

from profilegraph.api.runtime.ids import encode_id
from tests.support.following import TAG, WARM

SAVE = """
mutation($key: String!, $filter: FilterInput!) {
  saveSegment(input: {key: $key, labels: {zhCN: "人群", en: "Segment"}, filter: $filter, note: ""}) { key }
}
"""
GROUP = """
mutation { saveSegmentGroup(key: "g", labels: {zhCN: "组", en: "Group"}, segments: ["warm", "all"]) {
  key label owner segmentKeys } }
"""


@pytest.fixture
async def grouped(api: Any) -> Any:
    """A group of two segments: the warm one, and everyone."""
    for key, filter_ in (("warm", WARM), ("all", {"all": []})):
        await api(SAVE, key=key, filter=filter_)
    await api(TAG, key="a")
    await api('mutation { saveCustomer(input: {key: "b"}) { key } }')
    saved = (await api(GROUP))["saveSegmentGroup"]
    expected = {"key": "g", "label": "Group", "owner": "Ann", "segmentKeys": ["warm", "all"]}
    assert saved == expected
    return api


async def test_a_group_says_how_many_belong_to_each_of_its_segments(grouped):
    query = """{ segmentGroup(key: "g") { shares { total shares {
      rank segmentKey segment { key } members count own { count } } } }
      segmentGroups { key } nothing: segmentGroup(key: "x") { key } }"""
    found = await grouped(query)
    shares = found["segmentGroup"]["shares"]
    assert shares["total"] == 2
    assert [(one["segmentKey"], one["members"], one["count"]) for one in shares["shares"]] == [
        ("warm", 1, 1),
        ("all", 2, 1),
    ]
    assert [one["own"]["count"] for one in shares["shares"]] == [1, 1]
    assert found["segmentGroups"] == [{"key": "g"}]
    assert found["nothing"] is None


async def test_weights_rank_the_segments_of_a_group(grouped):
    saved = await grouped("""mutation { saveSegmentGroup(key: "g", labels: {zhCN: "组", en: "Group"},
      segments: ["warm", "all"], weights: [0.5, 3]) { segmentKeys weights } }""")
    assert saved["saveSegmentGroup"] == {"segmentKeys": ["all", "warm"], "weights": [3.0, 0.5]}


async def test_a_customer_belongs_to_the_first_segment_and_is_told_why(grouped):
    query = """query($key: String!) { primarySegment(customer: $key, group: "g") {
      segment { key } rank among { key } reason zh: reason(locale: "zh-CN") } }"""
    found = (await grouped(query, key="a"))["primarySegment"]
    assert (found["segment"], found["rank"]) == ({"key": "warm"}, 1)
    assert found["among"] == [{"key": "warm"}, {"key": "all"}]
    assert found["reason"].endswith("Segment comes first.")
    assert found["zh"].endswith("人群排在最前。")
    assert (await grouped(query, key="b"))["primarySegment"]["rank"] == 2
    assert (await grouped('mutation { deleteSegmentGroup(key: "g") }')) == {
        "deleteSegmentGroup": encode_id("SegmentGroup", "g")
    }
    assert (await grouped.error(query, key="b"))["extensions"]["code"] == "NOT_FOUND"
