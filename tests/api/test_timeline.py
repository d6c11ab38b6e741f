"""A customer's events and follow-ups by type and page, its values by key, and labels beside them."""

from datetime import timedelta

import pytest

from profilegraph.domain.records.activity import Arrival, Channel, Event, FollowUp, FollowUpKind
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.records.organisation import DecisionMaker, DecisionRole, Employee
from profilegraph.services.customers.records import save

EVENTS = """query($first: Int!, $after: String, $types: [String!]) { customer(key: "acme") {
  eventsConnection(first: $first, after: $after, types: $types) {
    edges { cursor node { key } } pageInfo { hasNextPage hasPreviousPage endCursor }
  } } }"""


@pytest.fixture
async def acme(api, platform):
    def event(key, days, type_="purchase"):
        at = api.now - timedelta(days=days)
        return Event(key=key, customer="acme", type=type_, at=at, channel="shop")

    def met(key, kind, days):
        at = api.now - timedelta(days=days)
        return FollowUp(key=key, customer="acme", kind=kind, at=at, employee="ann")

    records = [
        Customer(key="acme", attributes={"annual_revenue": 5.0}),
        Channel(key="shop", name="Flagship store"),
        Employee(key="ann", name="Ann"),
        DecisionMaker(key="li", customer="acme", role=DecisionRole.DECIDER),
        # Of e2 and e3 at one moment, the key decides.
        *(event("e1", 1), event("e3", 2), event("e2", 2), event("v1", 3, "visit_page")),
        event("e4", 4),
        met("f1", FollowUpKind.CALL, 1),
        met("f2", FollowUpKind.VISIT, 2),
        Arrival(customer="acme", channel="shop", at=api.now - timedelta(days=9)),
        *(
            Tagging(customer="acme", tag=tag, since=api.now)
            for tag in ("temperature/warm", "company_size/50_500")
        ),
    ]
    await save(platform, records, api.now)
    return api


async def pages(api, first, types=None):
    found, after = [], None
    while True:
        asked = await api(EVENTS, first=first, after=after, types=types)
        page = asked["customer"]["eventsConnection"]
        found.append([edge["node"]["key"] for edge in page["edges"]])
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]
        assert after == page["edges"][-1]["cursor"]


async def test_events_come_page_by_page_and_by_type(acme):
    assert await pages(acme, 2) == [["e1", "e2"], ["e3", "v1"], ["e4"]]
    assert await pages(acme, 5) == [["e1", "e2", "e3", "v1", "e4"]]
    assert await pages(acme, 2, ["purchase"]) == [["e1", "e2"], ["e3", "e4"]]
    assert await pages(acme, 2, ["visit_page"]) == [["v1"]]
    query = '{ customer(key: "acme") { events(types: ["visit_page"]) { key } } }'
    assert (await acme(query))["customer"]["events"] == [{"key": "v1"}]


async def test_follow_ups_come_by_kind_and_page_by_page(acme):
    query = """query($after: String) { customer(key: "acme") {
      followUps(kinds: [VISIT]) { key kindLabel(locale: "zh-CN") employee { key name } }
      followUpsConnection(first: 1, after: $after) {
        edges { node { key } } pageInfo { hasNextPage endCursor } } } }"""
    found = (await acme(query))["customer"]
    visit = {"key": "f2", "kindLabel": "拜访", "employee": {"key": "ann", "name": "Ann"}}
    assert found["followUps"] == [visit]
    assert found["followUpsConnection"]["edges"] == [{"node": {"key": "f1"}}]
    info = found["followUpsConnection"]["pageInfo"]
    assert info["hasNextPage"] is True
    rest = (await acme(query, after=info["endCursor"]))["customer"]["followUpsConnection"]
    assert rest["edges"] == [{"node": {"key": "f2"}}]
    assert rest["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize("cursor", ["", "nonsense", "MjAyNi0wMS0wMSBl"])
async def test_a_cursor_of_another_list_is_refused(acme, cursor):
    error = await acme.error(EVENTS, first=1, after=cursor)
    assert (error["extensions"]["code"], error["extensions"]["where"]) == ("INVALID_INPUT", "after")


async def test_tags_attributes_and_metrics_are_asked_for_by_key(acme):
    query = """{ customer(key: "acme") {
      tags(dimensions: ["temperature"]) { tag { key } sourceLabel }
      none: tags(dimensions: []) { tag { key } }
      attributes(keys: ["annual_revenue"]) { number }
      nothing: attributes(keys: []) { number }
      metrics(keys: []) { value }
    } }"""
    assert (await acme(query))["customer"] == {
        "tags": [{"tag": {"key": "temperature/warm"}, "sourceLabel": "By hand"}],
        "none": [],
        "attributes": [{"number": 5.0}],
        "nothing": [],
        "metrics": [],
    }


@pytest.mark.parametrize(
    "asked",
    [
        'tags(dimensions: ["temprature"]) { since }',
        'attributes(keys: ["anual_revenue"]) { number }',
        'metrics(keys: ["nothing_like_it"]) { value }',
    ],
)
async def test_a_key_that_no_taxonomy_has_is_refused(acme, asked):
    error = await acme.error(f'{{ customer(key: "acme") {{ {asked} }} }}')
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert error["extensions"]["hint"]


async def test_labels_stand_beside_keys_in_the_language_asked_for(acme):
    query = """query($l: String!) { customer(key: "acme") {
      kindLabel(locale: $l)
      decisionMakers { roleLabel(locale: $l) }
      events(first: 1) { typeLabel(locale: $l) channelName }
      arrivals { channel channelName }
    } }"""
    english = (await acme(query, l="en"))["customer"]
    chinese = (await acme(query, l="zh-CN"))["customer"]
    assert english == {
        "kindLabel": "Company",
        "decisionMakers": [{"roleLabel": "Decider"}],
        "events": [{"typeLabel": "Purchase", "channelName": "Flagship store"}],
        "arrivals": [{"channel": "shop", "channelName": "Flagship store"}],
    }
    assert chinese["kindLabel"] == "企业"
    assert chinese["decisionMakers"] == [{"roleLabel": "最终决策人"}]
    assert chinese["events"][0]["typeLabel"] not in ("purchase", "Purchase")
