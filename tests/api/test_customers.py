"""Customers over the API: saved, tagged, found by any key, read page by page."""

from datetime import timedelta
from typing import Any

import pytest

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR
from profilegraph.services.customers.records import UntagCustomers, untag_customers

SAVE = """
mutation($input: SaveCustomerInput!, $idempotencyKey: String) {
  saveCustomer(input: $input, idempotencyKey: $idempotencyKey) {
    id key kind name createdAt
    attributes { attribute { key } number text date boolean }
    identities { kind value }
  }
}
"""
TAG = """
mutation($customers: [String!]!, $tags: [TaggingInput!]!, $idempotencyKey: String) {
  tagCustomers(customers: $customers, tags: $tags, idempotencyKey: $idempotencyKey) {
    key
    tags { tag { key name label(locale: "zh-CN") dimension { key } } since until source by
           confidence weight evidence weekdays hours frequency }
  }
}
"""


async def save(api: Any, key: str, **fields: Any) -> dict[str, Any]:
    saved: dict[str, Any] = (await api(SAVE, input={"key": key, **fields}))["saveCustomer"]
    return saved


async def tag(api: Any, customer: str, **tagging: Any) -> list[dict[str, Any]]:
    answer = await api(TAG, customers=[customer], tags=[tagging])
    tags: list[dict[str, Any]] = answer["tagCustomers"][0]["tags"]
    return tags


async def test_a_saved_customer_comes_back_with_everything(api):
    saved = await save(
        api,
        "acme",
        kind="COMPANY",
        name="华北钢铁",
        identities=[
            {"kind": "PHONE", "value": "138 0013 8000"},
            {"kind": "EMAIL", "value": "Sales@ACME.example"},
        ],
    )
    assert saved == {
        "id": saved["id"],
        "key": "acme",
        "kind": "COMPANY",
        "name": "华北钢铁",
        "createdAt": "2026-03-01T12:00:00+00:00",
        "attributes": [],
        "identities": [
            {"kind": "EMAIL", "value": "sales@acme.example"},
            {"kind": "PHONE", "value": "+8613800138000"},
        ],
    }
    found = await api("query($id: ID!) { node(id: $id) { __typename key } }", id=saved["id"])
    assert found["node"] == {"__typename": "Customer", "key": "acme"}


async def test_what_is_left_out_stays_and_null_clears(api):
    await save(api, "acme", kind="PERSON", name="Acme")
    assert (await save(api, "acme"))["name"] == "Acme"
    cleared = await save(api, "acme", name=None, kind=None)
    assert (cleared["name"], cleared["kind"]) == (None, "PERSON")


async def test_a_customer_is_found_by_id_key_and_identity_however_it_is_written(api):
    saved = await save(api, "acme", identities=[{"kind": "PHONE", "value": "13800138000"}])
    found = await api(
        """query($id: ID!) {
          id: customer(id: $id) { key }
          key: customer(key: "acme") { key }
          identity: customer(identity: {kind: PHONE, value: "+86 (138) 0013-8000"}) { key }
          nobody: customer(key: "nobody") { key }
          unknown: customer(identity: {kind: EMAIL, value: "a@b.example"}) { key }
        }""",
        id=saved["id"],
    )
    acme = {"key": "acme"}
    assert found == {"id": acme, "key": acme, "identity": acme, "nobody": None, "unknown": None}


@pytest.mark.parametrize(
    "arguments",
    ["", '(key: "a", id: "b")', '(id: "???")', '(identity: {kind: PHONE, value: "abc"})'],
)
async def test_a_customer_asked_for_in_a_way_that_means_nothing_is_an_error(api, arguments):
    error = await api.error(f"{{ customer{arguments} {{ key }} }}")
    assert error["extensions"]["code"] == "INVALID_INPUT"


async def test_the_id_of_something_else_is_no_customer(api):
    found = await api('{ dimension(key: "temperature") { id } }')
    query = "query($id: ID!) { customer(id: $id) { key } }"
    error = await api.error(query, id=found["dimension"]["id"])
    assert error["message"] == "this is the id of a Dimension."


async def test_a_tagging_comes_back_with_all_that_is_known_about_it(api):
    await save(api, "acme")
    qualified = {
        "since": "2026-01-01T08:00:00+08:00",
        "until": "2027-01-01T00:00:00Z",
        "source": "IMPORT",
        "by": "the survey",
        "confidence": 0.5,
        "weight": 0.25,
        "evidence": "they said so",
        "weekdays": [2, 6],
        "hours": "18:00-22:00",
        "frequency": "weekly",
    }
    (tagging,) = await tag(api, "acme", tag="temperature/warm", **qualified)
    assert tagging == {
        **qualified,
        "since": "2026-01-01T00:00:00+00:00",
        "until": "2027-01-01T00:00:00+00:00",
        "tag": {
            "key": "temperature/warm",
            "name": "warm",
            "label": "热",
            "dimension": {"key": "temperature"},
        },
    }


async def test_a_tag_of_the_api_is_by_the_key_that_asks_and_from_now_on(api):
    await save(api, "acme")
    (tagging,) = await tag(api, "acme", tag="temperature/warm")
    assert (tagging["by"], tagging["source"]) == ("Ann", "MANUAL")
    assert tagging["since"] == "2026-03-01T12:00:00+00:00"


async def test_a_new_tag_of_a_single_dimension_replaces_the_old_one(api):
    await save(api, "acme")
    await tag(api, "acme", tag="temperature/warm")
    api.now += timedelta(days=1)
    tags = await tag(api, "acme", tag="temperature/cold")
    assert [one["tag"]["key"] for one in tags] == ["temperature/cold"]


async def test_untagging_takes_tags_off(api):
    await save(api, "acme")
    await tag(api, "acme", tag="temperature/warm")
    api.now += timedelta(days=1)
    left = await api(
        'mutation { untagCustomers(customers: ["acme"], tags: ["temperature/warm"]) { key tags { since } } }'
    )
    assert left == {"untagCustomers": [{"key": "acme", "tags": []}]}


async def test_a_tagging_is_taken_off_once_however_often_it_is_named(api):
    await save(api, "acme")
    await tag(api, "acme", tag="temperature/warm")
    warm = ["temperature/warm"] * 2
    assert (
        await untag_customers(
            api.platform,
            UntagCustomers(
                ("acme", "acme"),
                tuple(warm),
            ),
            CommandContext(OPERATOR, api.now),
        )
        == 1
    )


async def test_a_repeated_request_with_its_key_changes_nothing_and_is_answered_again(api):
    await save(api, "acme")
    asked = {"customers": ["acme"], "tags": [{"tag": "temperature/warm"}], "idempotencyKey": "once"}
    first = await api(TAG, **asked)
    api.now += timedelta(minutes=1)
    assert await api(TAG, **asked) == first
    other = await api.error(TAG, **{**asked, "tags": [{"tag": "temperature/cold"}]})
    assert other["extensions"]["code"] == "CONFLICT"


async def test_a_change_is_seen_by_later_fields_of_the_same_request(api):
    await save(api, "acme", name="Old")
    answer = await api(
        """mutation {
          before: tagCustomers(customers: ["acme"], tags: [{tag: "temperature/warm"}]) { name }
          saveCustomer(input: {key: "acme", name: "New"}) { key }
          after: tagCustomers(customers: ["acme"], tags: [{tag: "temperature/warm"}]) { name }
        }"""
    )
    assert (answer["before"][0]["name"], answer["after"][0]["name"]) == ("Old", "New")


async def test_where_no_tag_is_put_on_who_is_not_there_is_left_out(api):
    await save(api, "acme")
    answer = await api('mutation { tagCustomers(customers: ["acme", "nobody"], tags: []) { key } }')
    assert answer == {"tagCustomers": [{"key": "acme"}]}


async def test_space_around_a_key_is_no_part_of_it(api):
    assert (await save(api, " acme\n"))["key"] == "acme"
    tags = await tag(api, "acme ", tag="temperature/warm")
    assert [one["tag"]["key"] for one in tags] == ["temperature/warm"]


@pytest.mark.parametrize(
    ("mutation", "code", "names"),
    [
        ('saveCustomer(input: {key: ""}) { key }', "INVALID_INPUT", "key"),
        (
            'saveCustomer(input: {key: "a", attributes: [{key: "x", number: 1, text: "b"}]}) { key }',
            "INVALID_INPUT",
            "'x' has several values",
        ),
        ('saveCustomer(input: {key: "a", attributes: [{key: "x"}]}) { key }', "NOT_FOUND", "'x'"),
        ('saveDepartment(input: {key: "d", customer: "nobody"}) { key }', "NOT_FOUND", "nobody"),
        (
            'saveDecisionMaker(input: {key: "p", customer: "a", influence: 2}) { key }',
            "INVALID_INPUT",
            "influence",
        ),
        (
            'tagCustomers(customers: ["nobody"], tags: [{tag: "temperature/warm"}]) { key }',
            "NOT_FOUND",
            "nobody",
        ),
        (
            'tagCustomers(customers: [" "], tags: [{tag: "temperature/warm"}]) { key }',
            "INVALID_INPUT",
            "1 character",
        ),
        (
            'saveCustomer(input: {key: "a"}, idempotencyKey: "") { key }',
            "INVALID_INPUT",
            "1 character",
        ),
        (
            'saveSegment(input: {key: " ", labels: {zhCN: "a", en: "b"}, filter: {all: []}}) { key }',
            "INVALID_INPUT",
            "1 character",
        ),
        (
            'recordEvents(events: [{key: "e", customer: "a", type: "purchase", at: "0001-01-01T00:00:00+14:00"}]) { key }',
            "INVALID_INPUT",
            "years",
        ),
        (
            'recordEvents(events: [{key: "e", customer: "a", type: "purchase", at: "2026-01-01T00:00:00Z", amount: "NaN"}]) { key }',
            "INVALID_INPUT",
            "finite",
        ),
        (
            'tagCustomers(customers: ["a"], tags: [{tag: "temperature/hot"}]) { key }',
            "NOT_FOUND",
            "temperature/hot",
        ),
        (
            'tagCustomers(customers: ["a"], tags: [{tag: "temperature/warm", since: "2026-01-01T00:00:00"}]) { key }',
            "INVALID_INPUT",
            "since",
        ),
        (
            'untagCustomers(customers: ["a"], tags: ["temperature/hot"]) { key }',
            "NOT_FOUND",
            "temperature/hot",
        ),
        (
            'recordEvents(events: [{key: "e", customer: "a", type: "nothing", at: "2026-01-01T00:00:00Z"}]) { key }',
            "NOT_FOUND",
            "nothing",
        ),
    ],
)
async def test_a_change_that_cannot_be_made_says_why(api, mutation, code, names):
    error = await api.error(f"mutation {{ {mutation} }}")
    assert error["extensions"]["code"] == code
    assert names in error["message"]


async def test_departments_and_decision_makers_come_with_what_they_belong_to(api):
    await save(api, "acme")
    await api(
        """mutation {
          a: saveDepartment(input: {key: "hq", customer: "acme", name: "总部", function: MANAGEMENT}) { key }
          b: saveDepartment(input: {key: "it", customer: "acme", parent: "hq"}) { key }
          c: saveDecisionMaker(input: {key: "boss", customer: "acme", name: "王", role: DECIDER, influence: 0.9,
                                       stance: -0.5, title: "CEO", department: "hq"}) { key }
          d: saveDecisionMaker(input: {key: "li", customer: "acme", department: "it", reportsTo: "boss"}) { key }
        }"""
    )
    found = await api(
        """{ customer(key: "acme") {
          departments { key name function customerKey parent { key } decisionMakers { key } }
          decisionMakers { key name title role influence stance customerKey department { key } reportsTo { key } }
        } }"""
    )
    assert found["customer"] == {
        "departments": [
            {
                "key": "hq",
                "name": "总部",
                "function": "MANAGEMENT",
                "customerKey": "acme",
                "parent": None,
                "decisionMakers": [{"key": "boss"}],
            },
            {
                "key": "it",
                "name": None,
                "function": None,
                "customerKey": "acme",
                "parent": {"key": "hq"},
                "decisionMakers": [{"key": "li"}],
            },
        ],
        "decisionMakers": [
            {
                "key": "boss",
                "name": "王",
                "title": "CEO",
                "role": "DECIDER",
                "influence": 0.9,
                "stance": -0.5,
                "customerKey": "acme",
                "department": {"key": "hq"},
                "reportsTo": None,
            },
            {
                "key": "li",
                "name": None,
                "title": None,
                "role": None,
                "influence": None,
                "stance": None,
                "customerKey": "acme",
                "department": {"key": "it"},
                "reportsTo": {"key": "boss"},
            },
        ],
    }


async def test_recorded_events_come_back_exactly_and_in_the_order_given(api):
    await save(api, "acme")
    await api('mutation { saveDecisionMaker(input: {key: "li", customer: "acme"}) { key } }')
    events = [
        {
            "key": "e2",
            "customer": "acme",
            "type": "purchase",
            "at": "2026-02-02T08:00:00+08:00",
            "channel": "shop",
            "content": "CD",
            "amount": "0.1234",
            "person": "li",
        },
        {"key": "e1", "customer": "acme", "type": "purchase", "at": "2026-02-01T00:00:00Z"},
    ]
    query = """mutation($events: [EventInput!]!) {
      recordEvents(events: $events) { key customerKey type at channel content amount person { key } }
    }"""
    recorded = (await api(query, events=events))["recordEvents"]
    assert recorded == [
        {
            "key": "e2",
            "customerKey": "acme",
            "type": "purchase",
            "at": "2026-02-02T00:00:00+00:00",
            "channel": "shop",
            "content": "CD",
            "amount": "0.1234",
            "person": {"key": "li"},
        },
        {
            "key": "e1",
            "customerKey": "acme",
            "type": "purchase",
            "at": "2026-02-01T00:00:00+00:00",
            "channel": None,
            "content": None,
            "amount": None,
            "person": None,
        },
    ]
    newest = await api('{ customer(key: "acme") { events(first: 1) { key } } }')
    assert newest["customer"]["events"] == [{"key": "e2"}]
    error = await api.error('{ customer(key: "acme") { events(first: 1001) { key } } }')
    assert error["extensions"]["code"] == "INVALID_INPUT"
