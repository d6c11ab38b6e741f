"""Segments over the API: asked, explained and saved."""

from datetime import UTC, datetime
from typing import Any

import pytest

from profilegraph.api.runtime.ids import GlobalId
from profilegraph.domain.records.activity import (
    Arrival,
    Channel,
    FollowUp,
    FollowUpKind,
    Opportunity,
    OpportunityOutcome,
    Participation,
)
from profilegraph.domain.records.customers import Consent, Relation, RelationKind
from profilegraph.domain.records.organisation import DecisionRole, Employee, Ownership, Team
from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform
from profilegraph.services.taxonomies.loading import load_taxonomies
from profilegraph.storage.neo4j.database import Database

WARM = {"tags": {"dimension": "temperature", "anyOf": ["warm"]}}
DECIDER = {"people": {"where": {"roles": ["DECIDER"], "department": {"functions": ["IT"]}}}}


@pytest.fixture
async def world(api: Any) -> Any:
    """a is warm and has a deciding person in IT; b is warm; c is neither."""
    for key in "abc":
        await api("mutation($k: String!) { saveCustomer(input: {key: $k}) { key } }", k=key)
    await api(
        """mutation {
          tagCustomers(customers: ["a", "b"], tags: [{tag: "temperature/warm", confidence: 0.5}]) { key }
          saveDepartment(input: {key: "it", customer: "a", name: "IT", function: IT}) { key }
          saveDecisionMaker(input: {key: "li", customer: "a", name: "李", role: DECIDER, department: "it"}) { key }
          recordEvents(events: [
            {key: "e1", customer: "a", type: "purchase", at: "2026-02-01T00:00:00Z", amount: "10.5", person: "li"}
            {key: "e2", customer: "a", type: "purchase", at: "2026-02-20T00:00:00Z", amount: "99"}
            {key: "e3", customer: "c", type: "purchase", at: "2025-02-20T00:00:00Z", amount: "1000"}
          ]) { key }
        }"""
    )
    return api


async def members(api: Any, condition: dict[str, Any]) -> str:
    query = """query($f: FilterInput!) { segmentPreview(filter: $f) {
      count members(first: 10) { totalCount edges { node { key } } } } }"""
    found = (await api(query, f=condition))["segmentPreview"]
    keys = [edge["node"]["key"] for edge in found["members"]["edges"]]
    assert found["count"] == found["members"]["totalCount"] == len(keys)
    return "".join(keys)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"all": []}, "abc"),
        ({"any": []}, ""),
        (WARM, "ab"),
        ({"not": WARM}, "c"),
        ({"all": [WARM, DECIDER]}, "a"),
        ({"any": [DECIDER, {"not": WARM}]}, "ac"),
        ({"tags": {"dimension": "temperature", "hasAny": False}}, "c"),
        ({"tags": {"dimension": "temperature", "anyOf": ["warm"], "minConfidence": 0.6}}, ""),
        ({"tags": {"dimension": "temperature", "anyOf": ["warm"], "source": "MANUAL"}}, "ab"),
        ({"event": {"type": "purchase", "atMost": 0}}, "b"),
        ({"event": {"type": "purchase", "window": {"lastDays": 30}}}, "a"),
        (
            {
                "event": {
                    "type": "purchase",
                    "window": {
                        "since": "2025-02-20T08:00:00+08:00",
                        "until": "2025-03-01T00:00:00Z",
                    },
                }
            },
            "c",
        ),
        ({"event": {"type": "purchase", "amount": {"between": [10.5, 11]}}}, "a"),
        ({"event": {"type": "purchase", "amount": {"in": [99, 1000]}, "atLeast": 1}}, "ac"),
        ({"people": {"where": {"did": {"type": "purchase", "atLeast": 1}}}}, "a"),
        ({"people": {"atMost": 0}}, "bc"),
    ],
)
async def test_a_filter_finds_its_members(world, condition, expected):
    assert await members(world, condition) == expected


@pytest.fixture
async def dealings(world: Any, platform: Platform) -> Any:
    """What we and the customers of `world` have to do with each other."""
    at = datetime(2026, 2, 20, tzinfo=UTC)
    sale = {"stage": "contract", "amount": "99.5", "outcome": OpportunityOutcome.WON}
    records = [
        Opportunity(key="o", customer="a", **sale),
        Participation(person="li", opportunity="o", role=DecisionRole.CHAMPION),
        FollowUp(key="f", customer="b", kind=FollowUpKind.VISIT, at=at, note="quote"),
        Channel(key="ads"),
        Channel(key="search", parent="ads"),
        Arrival(customer="c", channel="search", at=at),
        Team(key="north"),
        Employee(key="wang", team="north"),
        Ownership(employee="wang", customer="b", since=at),
        Consent(key="k", customer="a", purpose="email", granted=True, at=at),
        Relation(customer="a", other="c", kind=RelationKind.SUBSIDIARY),
    ]
    await save(platform, records, at)
    return world


EVER = {"since": "2020-01-01T00:00:00Z"}
PURCHASE = {"type": "purchase"}


@pytest.mark.parametrize(
    ("condition", "expected", "evidence"),
    [
        ({"eventTotal": {"type": "purchase", "total": {"gte": 109.5}}}, "ac", "EventEvidence"),
        (
            {
                "stopped": {
                    "type": "purchase",
                    "did": {"until": "2026-01-01T00:00:00Z"},
                    "didNot": {"since": "2026-01-01T00:00:00Z"},
                }
            },
            "c",
            "EventEvidence",
        ),
        (
            {
                "sequence": {
                    "first": PURCHASE,
                    "then": {"type": "purchase", "amount": {"eq": 99}},
                    "withinDays": 19,
                    "window": EVER,
                }
            },
            "a",
            "EventEvidence",
        ),
        (
            {
                "people": {
                    "where": {
                        "takesPartIn": {"roles": ["CHAMPION"], "where": {"stages": ["contract"]}}
                    }
                }
            },
            "a",
            "PersonEvidence",
        ),
        ({"opportunity": {"where": {"amount": {"eq": 99.5}}}}, "a", "OPPORTUNITY o"),
        ({"followUp": {"kinds": ["VISIT"], "note": {"contains": "quote"}}}, "b", "FOLLOW_UP f"),
        ({"channel": {"channels": ["ads"]}}, "c", "CHANNEL search"),
        ({"owner": {"employees": ["wang"]}}, "b", "OWNER wang"),
        ({"team": {"teams": ["north"], "exact": True}}, "b", "OWNER wang"),
        ({"consent": {"purposes": ["email"]}}, "a", "CONSENT k"),
        ({"cohort": {"salt": "spring", "from": 0, "to": 1}}, "abc", "COHORT spring"),
        ({"related": {"kinds": ["PARENT"], "where": WARM}}, "c", "CUSTOMER a"),
    ],
)
async def test_every_condition_finds_its_members_and_its_evidence(
    dealings, condition, expected, evidence
):
    assert await members(dealings, condition) == expected
    query = """query($customer: String!, $filter: FilterInput!) {
      explainMember(customer: $customer, filter: $filter) { conditions { text evidence {
        __typename ... on RecordEvidence { kind recordKey text(locale: "zh-CN") } } } } }"""
    found = await dealings(query, customer=expected[0], filter=condition)
    [shown] = found["explainMember"]["conditions"]
    assert shown["text"]
    for one in shown["evidence"]:
        if one["__typename"] == "RecordEvidence":
            assert f"{one['kind']} {one['recordKey']}" == evidence
            assert one["text"]
        else:
            assert one["__typename"] == evidence
    assert shown["evidence"]


async def test_members_of_a_saved_segment_can_be_asked_for(world):
    await world(SAVE, filter=WARM, note="")
    condition = {"all": [{"segment": {"key": "warm"}}, {"not": DECIDER}]}
    assert await members(world, condition) == "b"
    query = "query($f: FilterInput!) { segmentPreview(filter: $f) { text } }"
    text = (await world(query, f=condition))["segmentPreview"]["text"]
    assert text.startswith("in segment “Warm” and not (")
    error = await world.error(query, f={"segment": {"key": "warn"}})
    assert "Did you mean warm?" in error["extensions"]["hint"]


async def test_null_in_a_filter_is_as_if_left_out(world):
    condition = {
        "tags": {"dimension": "temperature", "anyOf": ["warm"], "weekday": None, "exact": None}
    }
    assert await members(world, condition) == "ab"


async def test_a_preview_says_what_it_asks_and_what_each_condition_does(world):
    query = """query($f: FilterInput!) { segmentPreview(filter: $f) {
      text zh: text(locale: "zh-CN") filter
      waterfall { total steps { text filter kept removed unique } } } }"""
    found = (await world(query, f={"all": [WARM, DECIDER]}))["segmentPreview"]
    assert found["filter"] == {"all": [WARM, DECIDER]}
    assert "Warm" in found["text"]
    assert "热" in found["zh"]
    assert found["waterfall"]["total"] == 3
    steps = found["waterfall"]["steps"]
    assert [(step["kept"], step["removed"], step["unique"]) for step in steps] == [
        (2, 1, 0),
        (1, 1, 1),
    ]
    assert [step["filter"] for step in steps] == [WARM, DECIDER]
    assert all(step["text"] for step in steps)


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ({"tags": {"dimension": "temp", "anyOf": ["warm"]}}, "no dimension is called 'temp'"),
        ({"tags": {"dimension": "temperature"}}, "anyOf, allOf"),
        ({"tags": {"dimension": "temperature", "gte": "warm"}}, "not ordered"),
        ({"event": {"type": "purchase", "window": {"since": "2026-01-01T00:00:00"}}}, "time zone"),
        ({"attribute": {"key": "x"}}, "exactly one"),
        ({"event": {"type": "purchase", "amount": {"eq": 1e300}}}, "at most"),
    ],
)
async def test_a_filter_that_means_nothing_is_an_error_that_says_where(world, condition, told):
    query = "query($f: FilterInput!) { segmentPreview(filter: $f) { count } }"
    error = await world.error(query, f=condition)
    assert error["extensions"]["code"] == "INVALID_FILTER"
    whole = f"{error['extensions'].get('where', '')} {error['message']}"
    assert "filter." in whole
    assert told in whole


async def test_a_filter_that_is_too_deep_or_too_large_is_an_error(world):
    deep: dict[str, Any] = WARM
    for _ in range(8):
        deep = {"not": deep}
    query = "query($f: FilterInput!) { segmentPreview(filter: $f) { count } }"
    for condition in (deep, {"any": [WARM] * 101}):
        assert (await world.error(query, f=condition))["extensions"]["code"] == "INVALID_FILTER"


@pytest.mark.parametrize("condition", [{}, {"tags": WARM["tags"], "not": WARM}, {"tags": None}])
async def test_a_filter_of_none_or_two_conditions_is_refused_before_it_runs(world, condition):
    query = "query($f: FilterInput!) { segmentPreview(filter: $f) { count } }"
    error = await world.error(query, f=condition)
    assert error["extensions"]["code"] == "INVALID_FILTER"
    assert error["extensions"]["where"] == "filter"
    assert "exactly one key" in error["message"]


async def test_a_moment_that_utc_does_not_have_is_an_error(world):
    condition = {"event": {"type": "purchase", "window": {"since": "0001-01-01T00:00:00+14:00"}}}
    query = "query($f: FilterInput!) { segmentPreview(filter: $f) { count } }"
    assert "years 1 and 9999" in (await world.error(query, f=condition))["message"]


SAVE = """
mutation($filter: FilterInput!, $note: String!, $idempotencyKey: String) {
  saveSegment(idempotencyKey: $idempotencyKey,
    input: {key: "warm", labels: {zhCN: "热客户", en: "Warm"}, filter: $filter, note: $note}) {
    id key label zh: label(locale: "zh-CN") version author note savedAt filter count
  }
}
"""


async def test_a_saved_segment_is_kept_in_versions(world):
    first = (await world(SAVE, filter=WARM, note="first"))["saveSegment"]
    assert first == {
        "id": first["id"],
        "key": "warm",
        "label": "Warm",
        "zh": "热客户",
        "version": 1,
        "author": "Ann",
        "note": "first",
        "savedAt": "2026-03-01T12:00:00+00:00",
        "filter": WARM,
        "count": 2,
    }
    second = (await world(SAVE, filter=DECIDER, note="narrower"))["saveSegment"]
    assert (second["version"], second["note"], second["count"]) == (2, "narrower", 1)
    listed = await world(
        '{ segments { key version } segment(key: "warm") { version } x: segment(key: "x") { key } }'
    )
    assert listed == {
        "segments": [{"key": "warm", "version": 2}],
        "segment": {"version": 2},
        "x": None,
    }


async def test_a_segment_saved_twice_with_one_key_is_saved_once(world):
    asked = {"filter": WARM, "note": "n", "idempotencyKey": "k"}
    assert await world(SAVE, **asked) == await world(SAVE, **asked)


async def test_two_people_may_use_the_same_idempotency_key(world):
    ann = (await world(SAVE, filter=WARM, note="Ann's", idempotencyKey="1"))["saveSegment"]
    world.viewer = "2"
    bob = (await world(SAVE, filter=DECIDER, note="Bob's", idempotencyKey="1"))["saveSegment"]
    assert (ann["version"], bob["version"], bob["note"]) == (1, 2, "Bob's")
    world.viewer = "1"
    again = (await world(SAVE, filter=WARM, note="Ann's", idempotencyKey="1"))["saveSegment"]
    # It is the version that she saved, which is not the newest any more, and has an id of its own.
    assert again == ann | {"id": GlobalId("Segment", "warm", 1).text()}


EXPLAIN = """
query($customer: String!, $segment: String, $filter: FilterInput) {
  explainMember(customer: $customer, segment: $segment, filter: $filter) {
    holds
    customer { key }
    conditions {
      place depth holds text filter
      evidence {
        __typename
        ... on Tagging { tag { key } confidence }
        ... on PersonEvidence { person { name department { name } } events { eventKey } }
        ... on EventEvidence { eventKey amount }
        ... on ValueEvidence { valueKey text }
      }
    }
  }
}
"""


async def test_a_member_and_a_non_member_are_explained_with_what_was_found(world):
    bought = {"event": {"type": "purchase", "window": {"lastDays": 20}}}
    condition = {"all": [WARM, DECIDER, {"not": bought}]}
    found = (await world(EXPLAIN, customer="a", filter=condition))["explainMember"]
    assert (found["holds"], found["customer"]) == (False, {"key": "a"})
    told = [(c["place"], c["depth"], c["holds"], c["evidence"]) for c in found["conditions"]]
    warm = {"__typename": "Tagging", "tag": {"key": "temperature/warm"}, "confidence": 0.5}
    person = {"name": "李", "department": {"name": "IT"}}
    li = {"__typename": "PersonEvidence", "person": person, "events": []}
    purchase = {"__typename": "EventEvidence", "eventKey": "e2", "amount": "99"}
    assert told == [
        ("filter", 0, False, []),
        ("filter.all[0].tags", 1, True, [warm]),
        ("filter.all[1].people", 1, True, [li]),
        ("filter.all[2]", 1, False, []),
        ("filter.all[2].not.event", 2, True, [purchase]),
    ]
    assert [c["filter"] for c in found["conditions"]] == [
        condition,
        WARM,
        DECIDER,
        {"not": bought},
        bought,
    ]


async def test_a_person_is_evidence_with_what_of_her_was_counted(world, platform):
    at = datetime(2026, 2, 20, tzinfo=UTC)
    sales = [Opportunity(key=key, customer="a", name=key, amount="5") for key in ("o1", "o2")]
    parts = [
        Participation(person="li", opportunity=o, role=DecisionRole.USER) for o in ("o1", "o2")
    ]
    await save(platform, [*sales, *parts], at)
    asked = {
        "did": {"type": "purchase", "amount": {"lt": 20}},
        "takesPartIn": {"where": {"name": {"eq": "o2"}}},
    }
    query = """query($f: FilterInput!) { explainMember(customer: "a", filter: $f) { conditions {
      evidence { ... on PersonEvidence {
        person { key } events { eventKey amount } opportunities { recordKey name amount when } } } } } }"""
    found = await world(query, f={"people": {"where": asked}})
    assert found["explainMember"]["conditions"][0]["evidence"] == [
        {
            "person": {"key": "li"},
            "events": [{"eventKey": "e1", "amount": "10.5"}],
            "opportunities": [{"recordKey": "o2", "name": "o2", "amount": "5", "when": None}],
        }
    ]


MISSING = """query($customer: String!, $filter: FilterInput) {
  explainMember(customer: $customer, filter: $filter) { holds nearestMiss {
    wanted distance unit text zh: text(locale: "zh-CN")
    condition { place holds filter evidence { ... on EventEvidence { eventKey } } } } } }"""


async def test_a_non_member_is_told_the_fewest_conditions_to_change(world):
    bought = {"event": {"type": "purchase", "atLeast": 3}}
    condition = {"all": [{"any": [{"all": [WARM, DECIDER]}, bought]}, {"not": WARM}]}
    found = (await world(MISSING, customer="c", filter=condition))["explainMember"]
    assert not found["holds"]
    [miss] = found["nearestMiss"]
    assert miss == {
        "wanted": True,
        "distance": 2,
        "unit": "TIMES",
        "text": "1 now; wanted: “Purchase” at least 3 times (2 more)",
        "zh": "现有1；需要：“购买”至少3次（还差2）",
        "condition": {
            "place": "filter.all[0].any[1].event",
            "holds": False,
            "filter": bought,
            "evidence": [{"eventKey": "e3"}],
        },
    }
    found = (await world(MISSING, customer="a", filter=condition))["explainMember"]
    # Without being warm the first branch falls too, so that the other one is needed.
    told = [(miss["wanted"], miss["condition"]["filter"]) for miss in found["nearestMiss"]]
    assert told == [(False, WARM), (True, bought)]
    assert (await world(MISSING, customer="a", filter=WARM))["explainMember"]["nearestMiss"] == []
    none = (await world(MISSING, customer="a", filter={"any": []}))["explainMember"]
    assert none == {"holds": False, "nearestMiss": None}


async def test_a_tag_that_no_taxonomy_has_any_more_is_explained_by_its_key(world):
    tag = """mutation { tagCustomers(customers: ["a"], tags: [{tag: "pains/no_integration"}]) { key } }"""
    await world(tag)
    catalogue = await world.platform.catalogue()
    core = next(one for one in catalogue.taxonomies if one.key == "b2b_core")
    definition = core.model_dump(by_alias=True, exclude_none=True)
    pains = next(one for one in definition["dimensions"] if one["key"] == "pains")
    pains["tags"] = [one for one in pains["tags"] if one["key"] != "no_integration"]
    await load_taxonomies(world.platform.database, [Taxonomy.model_validate(definition)])
    condition = {"tags": {"dimension": "pains", "anyOf": ["no_collaboration"]}}
    query = """query($f: FilterInput!) { explainMember(customer: "a", filter: $f) { conditions {
      evidence { ... on Tagging { tag { key label parent { key } dimension { key } } } } } } }"""
    found = (await world(query, f=condition))["explainMember"]["conditions"]
    gone = "pains/no_integration"
    told = {"key": gone, "label": gone, "parent": None, "dimension": {"key": "pains"}}
    assert found == [{"evidence": [{"tag": told}]}]


async def test_tags_tell_their_bounds_and_those_that_others_add_are_among_them(world):
    definition = {
        "key": "more",
        "version": "1.0.0",
        "labels": {"zh-CN": "更多", "en": "More"},
        "extends": {"b2b_core": ">=1"},
        "additions": [
            {
                "dimension": "pains",
                "tags": [{"key": "slow", "labels": {"zh-CN": "慢", "en": "Slow"}}],
            }
        ],
    }
    await load_taxonomies(world.platform.database, [Taxonomy.model_validate(definition)])
    found = await world(
        """{ taxonomies { key dimensions { key tags { name lowerBound upperBound parent { key } } } } }"""
    )
    core = next(one for one in found["taxonomies"] if one["key"] == "b2b_core")
    tags = {one["key"]: one["tags"] for one in core["dimensions"]}
    assert tags["pains"][-1] == {
        "name": "slow",
        "lowerBound": None,
        "upperBound": None,
        "parent": None,
    }
    assert [(tag["lowerBound"], tag["upperBound"]) for tag in tags["company_size"]][-2:] == [
        (500, 1000),
        (1000, None),
    ]


async def test_sentences_cost_no_reads(world, monkeypatch):
    save = """mutation($k: String!, $f: FilterInput!) {
      saveSegment(input: {key: $k, labels: {zhCN: "热", en: "Warm"}, filter: $f}) { key } }"""
    for key in "xyz":
        await world(save, k=key, f={"all": [WARM, DECIDER, {"not": WARM}]})
    await world.platform.cache.sizes()  # read once a minute, whatever is asked
    reads: list[str] = []
    genuine = Database.read

    async def counted(self: Database, query: str, *rest: Any, **named: Any) -> Any:
        reads.append(query)
        return await genuine(self, query, *rest, **named)

    monkeypatch.setattr(Database, "read", counted)
    counts = {}
    for text in ("", 'text zh: text(locale: "zh")'):
        reads.clear()
        await world(
            """query($f: FilterInput!) {
              segments { key %s }
              segmentPreview(filter: $f) { count %s waterfall { total steps { kept %s } } }
              explainMember(customer: "a", filter: $f) { holds conditions { place %s } }
            }"""
            % ((text,) * 4),
            f={"all": [WARM, DECIDER, {"not": WARM}]},
        )
        counts[text != ""] = len(reads)
    # At most the one read more that asks whether the remembered taxonomies are in force.
    assert counts[False] <= counts[True] <= counts[False] + 1


async def test_a_sentence_about_what_does_not_exist_is_an_error_that_says_where(world):
    query = "query($f: FilterInput!) { segmentPreview(filter: $f) { text } }"
    error = await world.error(query, f={"tags": {"dimension": "temp", "anyOf": ["warm"]}})
    assert error["extensions"]["code"] == "INVALID_FILTER"


async def test_a_value_that_is_missing_is_shown_as_missing(world):
    condition = {"metric": {"key": "rfm_recency", "exists": True}}
    metrics = (await world("{ taxonomies { metrics { key } } }"))["taxonomies"]
    key = next(metric["key"] for taxonomy in metrics for metric in taxonomy["metrics"])
    condition["metric"]["key"] = key
    found = (await world(EXPLAIN, customer="a", filter=condition))["explainMember"]
    assert found["conditions"][0]["evidence"] == [
        {"__typename": "ValueEvidence", "valueKey": key, "text": None}
    ]


async def test_a_saved_segment_is_explained_by_its_key(world):
    await world(SAVE, filter=WARM, note="")
    holds = {
        key: (await world(EXPLAIN, customer=key, segment="warm"))["explainMember"]["holds"]
        for key in "abc"
    }
    assert holds == {"a": True, "b": True, "c": False}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"customer": "a"}, "INVALID_INPUT"),
        ({"customer": "a", "segment": "warm", "filter": WARM}, "INVALID_INPUT"),
        ({"customer": "a", "segment": "nothing"}, "NOT_FOUND"),
        ({"customer": "nobody", "filter": WARM}, "NOT_FOUND"),
    ],
)
async def test_an_explanation_that_cannot_be_given_says_why(world, asked, code):
    assert (await world.error(EXPLAIN, **asked))["extensions"]["code"] == code


async def test_taxonomies_show_all_there_is_to_ask_for(api):
    found = await api(
        """{
          taxonomies { key version label(locale: "zh-CN") attributes { key type } events { key label }
                       metrics { key unit } dimensions { key } }
          dimension(key: "company_size") { label(locale: "zh") taxonomyKey cardinality ordered layer derived
            tags { key name parent { key } dimension { key } } duties { duty team { key } } }
          nothing: dimension(key: "nothing") { key }
        }"""
    )
    assert {"b2b_core", "commerce"} <= {taxonomy["key"] for taxonomy in found["taxonomies"]}
    size = found["dimension"]
    assert (size["label"], size["taxonomyKey"], size["ordered"]) == ("企业规模", "b2b_core", True)
    assert [tag["name"] for tag in size["tags"]][:2] == ["0_20", "20_50"]
    assert {one["duty"]: one["team"]["key"] for one in size["duties"]} == {
        "PLAN": "marketing",
        "TAG": "sales",
        "CLEAN": "sales_operations",
        "RESTRUCTURE": "marketing",
    }
    assert found["nothing"] is None
