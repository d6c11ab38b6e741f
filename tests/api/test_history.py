"""The past over the API: asked, explained, and refused where nothing is kept of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from profilegraph.config import MEGABYTE
from profilegraph.services.cache.graph_cache import GraphCache

WARM = {"tags": {"dimension": "temperature", "anyOf": ["warm"]}}
DECIDER = {"people": {"where": {"roles": ["DECIDER"]}}}
SAVE = """mutation($f: FilterInput!) {
  saveSegment(input: {key: "s", labels: {zhCN: "热", en: "Warm"}, filter: $f}) { version } }"""
TAG = 'mutation($t: String!) { tagCustomers(customers: ["a", "b"], tags: [{tag: $t}]) { key } }'
UNTAG = 'mutation { untagCustomers(customers: ["b"], tags: ["temperature/warm"]) { key } }'
PERSON = """mutation($r: DecisionRole!) {
  saveDecisionMaker(input: {key: "li", customer: "a", name: "李", role: $r}) { key } }"""


@pytest.fixture
async def past(api: Any) -> Any:
    """Days 0 to 4: a and b are made and warm, b cools down, c comes, and Li no longer decides."""
    await api('mutation { saveCustomer(input: {key: "a"}) { key } }')
    await api('mutation { saveCustomer(input: {key: "b"}) { key } }')
    await api(TAG, t="temperature/warm")
    await api(PERSON, r="DECIDER")
    await api(SAVE, f=WARM)
    api.start = api.now
    api.now += timedelta(days=2)
    await api(UNTAG)
    await api('mutation { saveCustomer(input: {key: "c"}) { key } }')
    await api(PERSON, r="USER")
    await api(SAVE, f={"not": WARM})
    api.now += timedelta(days=2)
    return api


def day(api: Any, days: float) -> str:
    moment: datetime = api.start + timedelta(days=days)
    return moment.isoformat()


ASK = """query($f: FilterInput!, $at: DateTime) {
  segmentPreview(filter: $f, asOf: $at) {
    count waterfall { total steps { kept } } members { totalCount edges { node { key } } } }
  customers(filter: $f, asOf: $at) { totalCount edges { node { key } } }
}"""


@pytest.mark.parametrize(
    ("days", "condition", "total", "expected"),
    [
        (1, WARM, 2, "ab"),
        (3, WARM, 3, "a"),
        (1, {"not": WARM}, 2, ""),
        (3, {"not": WARM}, 3, "bc"),
        (1, DECIDER, 2, "a"),
        (3, DECIDER, 3, ""),
        (-1, {"all": [WARM]}, 0, ""),
    ],
)
async def test_every_answer_is_of_the_moment_asked_about(past, days, condition, total, expected):
    found = await past(ASK, f=condition, at=day(past, days))
    preview = found["segmentPreview"]
    pages = [preview["members"], found["customers"]]
    for page in pages:
        assert "".join(edge["node"]["key"] for edge in page["edges"]) == expected
        assert page["totalCount"] == preview["count"] == len(expected)
    assert preview["waterfall"]["total"] == total
    assert preview["waterfall"]["steps"][-1]["kept"] == len(expected)


SEGMENT = """query($at: DateTime) { segment(key: "s", asOf: $at) {
  version count members { edges { node { key } } } } }"""


@pytest.mark.parametrize(
    ("days", "version", "expected"), [(1, 1, ["a", "b"]), (3, 2, ["b", "c"]), (4, 2, ["b", "c"])]
)
async def test_a_segment_is_the_version_in_force_then(past, days, version, expected):
    found = (await past(SEGMENT, at=day(past, days)))["segment"]
    keys = [edge["node"]["key"] for edge in found["members"]["edges"]]
    assert (found["version"], found["count"], keys) == (version, 2, expected)


async def test_a_segment_inside_a_filter_is_the_version_in_force_then(past):
    inside = {"segment": {"key": "s"}}
    found = await past(ASK, f=inside, at=day(past, 1))
    assert found["segmentPreview"]["count"] == 2
    assert (await past(ASK, f=inside, at=day(past, 3)))["segmentPreview"]["count"] == 2
    error = await past.error(ASK, f=inside, at=day(past, -1))
    assert error["extensions"]["code"] == "INVALID_FILTER"


async def test_a_segment_that_was_not_saved_yet_is_none(past):
    assert (await past(SEGMENT, at=day(past, -1)))["segment"] is None


EXPLAIN = """query($c: String!, $f: FilterInput, $s: String, $at: DateTime) {
  explainMember(customer: $c, filter: $f, segment: $s, asOf: $at) {
    holds conditions { holds evidence {
      __typename ... on Tagging { tag { key } } ... on RecordEvidence { kind recordKey text } } } } }"""


async def test_a_person_is_explained_as_it_was_then(past):
    found = (await past(EXPLAIN, c="a", f=DECIDER, at=day(past, 1)))["explainMember"]
    assert found["holds"]
    [evidence] = found["conditions"][0]["evidence"]
    assert evidence == {
        "__typename": "RecordEvidence",
        "kind": "DECISION_MAKER",
        "recordKey": "li",
        "text": "李, decider",
    }
    assert not (await past(EXPLAIN, c="a", f=DECIDER, at=day(past, 3)))["explainMember"]["holds"]


async def test_a_closed_tagging_is_the_evidence_of_its_time(past):
    found = (await past(EXPLAIN, c="b", s="s", at=day(past, 1)))["explainMember"]
    assert found["holds"]
    assert found["conditions"][0]["evidence"] == [
        {"__typename": "Tagging", "tag": {"key": "temperature/warm"}}
    ]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"c": "c", "f": WARM}, "NOT_FOUND"),
        ({"c": "a", "s": "none"}, "NOT_FOUND"),
        ({"c": "a", "f": {"owner": {}}}, "NO_HISTORY"),
        ({"c": "a", "f": {"metric": {"key": "rfm_monetary", "exists": True}}}, "NO_HISTORY"),
    ],
)
async def test_what_was_not_there_or_is_not_kept_cannot_be_explained(past, asked, code):
    error = await past.error(EXPLAIN, **asked, at=day(past, 1))
    assert error["extensions"]["code"] == code


async def test_what_keeps_no_history_is_refused_wherever_it_is_asked(past):
    unkept = {"all": [WARM, {"attribute": {"key": "website", "exists": True}}]}
    error = await past.error(ASK, f=unkept, at=day(past, 1))
    assert error["extensions"]["code"] == "NO_HISTORY"
    assert error["message"].startswith("filter.all[1].attribute: ")
    assert error["extensions"]["hint"]
    assert (await past(ASK, f=unkept))["segmentPreview"]["count"] == 0
    names = 'query($at: DateTime) { customers(search: "a", asOf: $at) { totalCount } }'
    error = await past.error(names, at=day(past, 1))
    assert error["extensions"] == {
        "code": "NO_HISTORY",
        "hint": "Ask as of now, or without `search`.",
        "where": "search",
    }


@pytest.mark.parametrize(("days", "expected"), [(-1, []), (1, ["li"]), (3, [])])
async def test_the_people_of_a_segment_are_those_who_were_as_asked_then(past, days, expected):
    query = """query($at: DateTime) { segmentPreview(filter: {all: []}, asOf: $at) {
      people(where: {roles: [DECIDER]}) { totalCount edges { node { key } } } } }"""
    found = (await past(query, at=day(past, days)))["segmentPreview"]["people"]
    assert [edge["node"]["key"] for edge in found["edges"]] == expected
    assert found["totalCount"] == len(expected)


async def test_a_moment_to_come_is_refused(past):
    error = await past.error(ASK, f=WARM, at=day(past, 5))
    assert (error["extensions"]["code"], error["extensions"]["where"]) == ("INVALID_INPUT", "asOf")


NO_MOMENTS = ["2026-02-01T00:00:00", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"]
"""Without a time zone, and before time is counted."""


@pytest.mark.parametrize("moment", NO_MOMENTS)
async def test_a_moment_without_its_time_zone_or_before_1970_is_refused(past, moment):
    visited = {"event": {"type": "visit", "window": {"lastDays": 36_500}}}
    error = await past.error(ASK, f=visited, at=moment)
    assert (error["extensions"]["code"], error["extensions"]["where"]) == ("INVALID_INPUT", "asOf")


DIFFERENCE = """query($from: DateTime!, $to: DateTime, $after: String, $zh: String! = "zh") {
  segment(key: "s") { difference(from: $from, to: $to) {
    versionBefore versionAfter
    counts { before after entered left }
    causes { cause entered count label zh: label(locale: $zh) }
    all: changes { edges { node { customerKey } } }
    changes(first: 1, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges { cursor node { customer { key } entered cause reasons { cause text } } } } } } }"""


async def test_the_difference_of_two_moments_names_who_came_and_went_and_why(past):
    found = (await past(DIFFERENCE, **{"from": day(past, 1)}))["segment"]["difference"]
    assert (found["versionBefore"], found["versionAfter"]) == (1, 2)
    assert found["counts"] == {"before": 2, "after": 2, "entered": 1, "left": 1}
    assert found["causes"] == [
        {
            "cause": "DEFINITION_CHANGED",
            "entered": False,
            "count": 1,
            "label": "the definition changed",
            "zh": "人群定义已改变",
        },
        {
            "cause": "CUSTOMER_ADDED",
            "entered": True,
            "count": 1,
            "label": "new customer",
            "zh": "新客户",
        },
    ]
    assert [edge["node"]["customerKey"] for edge in found["all"]["edges"]] == ["a", "c"]
    [edge] = found["changes"]["edges"]
    assert edge["node"] == {
        "customer": {"key": "a"},
        "entered": False,
        "cause": "DEFINITION_CHANGED",
        "reasons": [{"cause": "DEFINITION_CHANGED", "text": "the definition changed"}],
    }
    assert found["changes"]["pageInfo"]["hasNextPage"]
    cursor = found["changes"]["pageInfo"]["endCursor"]
    rest = (await past(DIFFERENCE, after=cursor, **{"from": day(past, 1)}))["segment"]
    [edge] = rest["difference"]["changes"]["edges"]
    assert edge["node"]["customer"] == {"key": "c"}


async def test_moments_in_the_wrong_order_have_no_difference(past):
    error = await past.error(DIFFERENCE, **{"from": day(past, 2), "to": day(past, 1)})
    assert (error["extensions"]["code"], error["extensions"]["where"]) == ("INVALID_INPUT", "from")


@pytest.mark.parametrize("moment", NO_MOMENTS)
async def test_a_difference_from_no_moment_is_refused(past, moment):
    error = await past.error(DIFFERENCE, **{"from": moment, "to": day(past, 1)})
    assert (error["extensions"]["code"], error["extensions"]["where"]) == ("INVALID_INPUT", "from")


OVERLAP = """query($s: [String!], $f: [FilterInput!], $at: DateTime) {
  segmentOverlap(segments: $s, filters: $f, asOf: $at) {
    union intersection segments { segmentKey label count } regions { inside { segmentKey } count } } }"""


@pytest.mark.parametrize(
    ("days", "union", "intersection", "regions"),
    [(1, 2, 1, [(["s", None], 1), (["s"], 1)]), (3, 2, 0, [(["s"], 2)])],
)
async def test_segments_lie_over_one_another_as_they_did_then(
    past, days, union, intersection, regions
):
    found = await past(OVERLAP, s=["s"], f=[DECIDER], at=day(past, days))
    found = found["segmentOverlap"]
    assert (found["union"], found["intersection"]) == (union, intersection)
    assert [one["count"] for one in found["segments"]] == [2, intersection]
    told = [
        ([one["segmentKey"] for one in each["inside"]], each["count"]) for each in found["regions"]
    ]
    assert sorted(told, key=str) == sorted(regions, key=str)


COMPARE = """query($a: String, $x: FilterInput, $y: FilterInput, $at: DateTime) {
  compareSegments(a: $a, aFilter: $x, bFilter: $y, dimensions: ["temperature"], asOf: $at) {
    aCount bCount tags { tagKey aCount bCount } } }"""


@pytest.mark.parametrize(("days", "sizes", "warm"), [(1, (2, 0), (2, 0)), (3, (2, 1), (0, 1))])
async def test_segments_are_compared_by_who_carried_what_then(past, days, sizes, warm):
    found = (await past(COMPARE, a="s", at=day(past, days)))["compareSegments"]
    assert (found["aCount"], found["bCount"]) == sizes
    [one] = [one for one in found["tags"] if one["tagKey"] == "temperature/warm"]
    assert (one["aCount"], one["bCount"]) == warm


async def test_a_segment_that_was_not_saved_yet_lies_over_nothing_and_is_compared_with_nothing(
    past,
):
    for query, asked in ((OVERLAP, {"s": ["s"], "f": [WARM]}), (COMPARE, {"a": "s"})):
        error = await past.error(query, **asked, at=day(past, -1))
        assert error["extensions"]["code"] == "NOT_FOUND"


QUESTIONS = {
    "preview": "segmentPreview(filter: $f, asOf: $at) { count }",
    "breakdown": "segmentPreview(filter: $f, asOf: $at) { breakdown { total } }",
    "split": """segmentPreview(filter: {all: []}, asOf: $at) {
      split(levels: [{dimension: "temperature"}, {filters: [$f]}]) { total } }""",
    "people": "segmentPreview(filter: $f, asOf: $at) { people { totalCount } }",
    "cross": 'crossTable(rows: "temperature", columns: "pains", filter: $f, asOf: $at) { total }',
    "overlap": "segmentOverlap(filters: [{all: []}, $f], asOf: $at) { union }",
    "compare": "compareSegments(aFilter: $f, asOf: $at) { aCount }",
    "compare b": "compareSegments(aFilter: {all: []}, bFilter: $f, asOf: $at) { aCount }",
    "explained": 'explainMember(customer: "a", filter: $f, asOf: $at) { holds }',
}
UNKEPT: dict[str, Any] = {"owner": {}}


@pytest.mark.parametrize("asked", QUESTIONS)
async def test_every_question_about_a_segment_takes_a_moment_and_refuses_the_same(past, asked):
    query = f"query($f: FilterInput!, $at: DateTime) {{ {QUESTIONS[asked]} }}"
    assert await past(query, f=WARM, at=day(past, 1))
    error = await past.error(query, f=UNKEPT, at=day(past, 1))
    assert error["extensions"]["code"] == "NO_HISTORY"
    assert ".owner: of owners only those of today are kept." in error["message"]
    error = await past.error(query, f=WARM, at=day(past, 5))
    assert (error["extensions"]["code"], error["extensions"]["where"]) == ("INVALID_INPUT", "asOf")


NOTICED = """query($f: FilterInput!, $at: DateTime) {
  segmentPreview(filter: $f, asOf: $at) { count
    notices { code later first nothingBefore text chinese: text(locale: "zh-CN") } } }"""


async def test_an_answer_says_what_was_saved_only_later_than_its_moment(past):
    found = (await past(NOTICED, f=WARM, at=day(past, -1)))["segmentPreview"]
    saved = past.start.isoformat()
    [notice] = found["notices"]
    assert found["count"] == 0
    assert (notice["code"], notice["later"], notice["first"], notice["nothingBefore"]) == (
        "CUSTOMERS_SAVED_LATER", 3, saved, True,
    )  # fmt: skip
    assert notice["text"] == (
        "Nothing is known of customers at 2026-02-28 12:00 UTC. Customers saved only later: 3, the"
        " first at 2026-03-01 12:00 UTC; an answer as of then lacks them."
    )
    assert notice["chinese"].startswith("平台在 2026-02-28 12:00 UTC 时没有任何客户的记录")
    later = (await past(NOTICED, f=WARM, at=day(past, 1)))["segmentPreview"]["notices"]
    assert [(one["code"], one["later"], one["nothingBefore"]) for one in later] == [
        ("CUSTOMERS_SAVED_LATER", 1, False)
    ]
    for at in (day(past, 3), None):
        assert (await past(NOTICED, f=WARM, at=at))["segmentPreview"]["notices"] == []


async def test_every_answer_about_the_past_carries_its_notices_whatever_it_asks(past):
    answer = await past.run(ASK, {"f": DECIDER, "at": day(past, -1)})
    told = answer["extensions"]["notices"]
    assert [one["code"] for one in told] == ["CUSTOMERS_SAVED_LATER", "PEOPLE_SAVED_LATER"]
    assert told[1]["message"].startswith("Nothing is known of decision-makers at 2026-02-28")
    assert {one["asOf"] for one in told} == {day(past, -1)}
    cross = """query($at: DateTime) {
      crossTable(rows: "temperature", columns: "pains", asOf: $at) { total } }"""
    assert "notices" in (await past.run(cross, {"at": day(past, -1)}))["extensions"]
    # A person who has changed since was known before.
    answer = await past.run(ASK, {"f": DECIDER, "at": day(past, 3)})
    assert "notices" not in answer["extensions"]


BORN = 'mutation($at: DateTime) { saveCustomer(input: {key: "a", createdAt: $at}) { createdAt } }'


async def test_since_when_somebody_has_been_a_customer_can_be_brought_in(past):
    early = day(past, -30)
    assert (await past(BORN, at=early))["saveCustomer"]["createdAt"] == early
    everyone: dict[str, Any] = {"all": []}
    assert (await past(ASK, f=everyone, at=day(past, -1)))["segmentPreview"]["count"] == 1
    assert (await past(ASK, f=everyone, at=day(past, -31)))["segmentPreview"]["count"] == 0
    await past('mutation { saveCustomer(input: {key: "a", name: "A"}) { key } }')
    assert (await past(ASK, f=everyone, at=day(past, -1)))["segmentPreview"]["count"] == 1
    error = await past.error(BORN, at=day(past, 5))
    assert (error["extensions"]["code"], "still to come" in error["message"]) == ("CONFLICT", True)


RECENT = {"event": {"type": "visit_page", "window": {"lastDays": 30}}}
VISITS = """mutation($at: DateTime!) {
  recordEvents(events: [{key: "v", customer: "a", type: "visit_page", at: $at}]) { key } }"""
AT_ANOTHER_PRESENT = """query($f: FilterInput!, $now: DateTime, $at: DateTime, $s: String!) {
  segmentPreview(filter: $f, now: $now, asOf: $at) { count members { totalCount }
    waterfall { steps { kept } } breakdown(dimensions: ["temperature"]) { total } }
  customers(filter: $f, now: $now, asOf: $at) { totalCount }
  explainMember(customer: "a", filter: $f, now: $now, asOf: $at) { holds nearestMiss { text } }
  segment(key: $s, now: $now, asOf: $at) { count broken { since } }
  segmentOverlap(filters: [$f, $f], now: $now, asOf: $at) { union }
  compareSegments(aFilter: $f, now: $now, asOf: $at) { aCount }
  crossTable(rows: "temperature", columns: "pains", filter: $f, now: $now, asOf: $at) { total }
}"""


@pytest.mark.parametrize("indexed", [False, True])
@pytest.mark.parametrize(
    ("now", "at", "holds"), [(None, None, 0), (-90, None, 1), (-90, -91, 1), (-150, None, 0)]
)
async def test_every_question_takes_another_moment_for_the_present(
    past: Any, indexed: bool, now: int | None, at: int | None, holds: int
) -> None:
    if indexed:
        database = past.platform.database
        past.platform = replace(past.platform, cache=GraphCache(database, 64 * MEGABYTE))
    await past(BORN, at=day(past, -365))
    await past(VISITS, at=day(past, -100))
    await past(SAVE, f=RECENT)
    moments = {"now": now and day(past, now), "at": at and day(past, at)}
    if at is not None:  # the version in force then was not saved yet
        del moments["at"]
        answer = await past(ASK, f=RECENT, at=day(past, at))
        assert answer["segmentPreview"]["count"] == holds
    found = await past(AT_ANOTHER_PRESENT, f=RECENT, s="s", **moments)
    preview = found["segmentPreview"]
    assert (preview["count"], preview["members"]["totalCount"]) == (holds, holds)
    assert preview["waterfall"]["steps"] == [{"kept": holds}]
    assert preview["breakdown"][0]["total"] == holds
    assert found["customers"]["totalCount"] == holds
    assert found["explainMember"]["holds"] is bool(holds)
    assert found["segment"] == {"count": holds, "broken": None}
    assert found["segmentOverlap"]["union"] == holds
    assert found["compareSegments"]["aCount"] == holds
    assert found["crossTable"]["total"] == holds
    if indexed:
        await past.platform.cache.close()


async def test_a_present_without_a_time_zone_and_a_past_behind_it_are_refused(past):
    query = """query($now: DateTime, $at: DateTime) {
      segmentPreview(filter: {all: []}, now: $now, asOf: $at) { count } }"""
    error = await past.error(query, now="2026-02-01T00:00:00")
    assert error["extensions"]["where"] == "now"
    error = await past.error(query, now=day(past, -2), at=day(past, -1))
    assert error["extensions"]["where"] == "asOf"
