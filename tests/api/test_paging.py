"""Pages of customers: in any order, complete, without doubles, at a constant number of reads."""

from typing import Any

import pytest

from profilegraph.api.runtime.ids import encode_text
from profilegraph.storage.neo4j.database import Database

PAGE = """
query($first: Int!, $after: String, $orderBy: CustomerOrder, $search: String) {
  customers(first: $first, after: $after, orderBy: $orderBy, search: $search) {
    totalCount
    edges { cursor node { key } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
NAMES = {"c": "同名", "a": "同名", "b": None, "e": "上海贸易", "d": "北京贸易"}


async def save(api: Any, names: dict[str, str | None]) -> None:
    for key, name in names.items():
        query = "mutation($i: SaveCustomerInput!) { saveCustomer(input: $i) { key } }"
        await api(query, i={"key": key, "name": name})


async def pages(api: Any, **asked: Any) -> list[list[str]]:
    found: list[list[str]] = []
    after = None
    while True:
        page = (await api(PAGE, after=after, **asked))["customers"]
        found.append([edge["node"]["key"] for edge in page["edges"]])
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found


@pytest.mark.parametrize("field", ["KEY", "NAME", "CREATED_AT"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_pages_follow_one_another_in_every_order(api, field, direction):
    await save(api, NAMES)
    found = await pages(api, first=2, orderBy={"field": field, "direction": direction})
    # All were saved at one moment, and the database sorts names by code points, as Python does.
    expected = sorted(NAMES, key=lambda key: ((NAMES[key] or "") if field == "NAME" else "", key))
    if direction == "DESC":
        expected.reverse()
    if field == "NAME":  # who has none comes last in both directions
        expected.sort(key=lambda key: NAMES[key] is None)
    assert [key for page in found for key in page] == expected
    assert [len(page) for page in found] == [2, 2, 1]


async def test_customers_come_by_key_where_no_order_is_asked_for(api):
    await save(api, NAMES)
    assert await pages(api, first=4) == [["a", "b", "c", "d"], ["e"]]


async def test_a_cursor_stays_where_it_is_while_customers_come_and_go(api):
    await save(api, {"b": None, "d": None, "f": None})
    first = (await api(PAGE, first=2))["customers"]
    await save(api, {"a": None, "e": None})
    rest = (await api(PAGE, first=9, after=first["pageInfo"]["endCursor"]))["customers"]
    assert [edge["node"]["key"] for edge in rest["edges"]] == ["e", "f"]


async def test_a_search_narrows_both_the_page_and_the_total(api):
    await save(api, NAMES)
    found = (await api(PAGE, first=1, search="贸易"))["customers"]
    assert (found["totalCount"], found["pageInfo"]["hasNextPage"]) == (2, True)
    assert (await api(PAGE, first=1, search='"(贸易:*'))["customers"]["totalCount"] in (0, 2)
    assert (await api(PAGE, first=1, search="钢铁"))["customers"]["edges"] == []


@pytest.mark.parametrize("cursor", ["", "x", "W10", "WzEsMiwzLDRd", "bnVsbA"])
async def test_a_cursor_that_is_none_is_an_error(api, cursor):
    error = await api.error(PAGE, first=1, after=cursor)
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert error["extensions"]["where"] == "after"


async def test_a_cursor_of_another_order_is_an_error(api):
    await save(api, NAMES)
    cursor = (await api(PAGE, first=1))["customers"]["pageInfo"]["endCursor"]
    error = await api.error(PAGE, first=1, after=cursor, orderBy={"field": "NAME"})
    assert error["extensions"]["hint"].startswith("Pass on a cursor of the same list")


@pytest.mark.parametrize("first", [0, -1, 1_001])
async def test_a_page_has_one_to_a_thousand_customers(api, first):
    assert (await api.error(PAGE, first=first))["extensions"]["code"] == "INVALID_INPUT"


WHOLE = """
query($first: Int!) {
  customers(first: $first) { edges { node {
    key name attributes { number } metrics { value } identities { value }
    tags { tag { label dimension { label } } since }
    departments { name parent { name } decisionMakers { name } }
    decisionMakers { name department { name } reportsTo { name } }
    events(first: 3) { type person { name } }
    relations { kind customer { name } }
    owners { since employee { name } } opportunities { name } followUps(first: 2) { note }
    consents { purpose } arrivals { channel }
  } } }
}
"""


async def test_a_page_of_fifty_costs_no_more_reads_than_a_page_of_one(api, monkeypatch):
    people = [{"key": f"c{i:02}", "name": f"{i}"} for i in range(50)]
    save_one = "mutation($i: SaveCustomerInput!) { saveCustomer(input: $i) { key } }"
    for customer in people:
        await api(save_one, i=customer)
    tags = """mutation($all: [String!]!) { tagCustomers(customers: $all,
      tags: [{tag: "temperature/warm"}, {tag: "customer_type/b2b"}]) { key } }"""
    await api(tags, all=[customer["key"] for customer in people])
    for customer in people:
        await api(
            """mutation($c: String!, $d: String!, $p: String!) {
              saveDepartment(input: {key: $d, customer: $c}) { key }
              saveDecisionMaker(input: {key: $p, customer: $c, department: $d}) { key }
            }""",
            c=customer["key"],
            d=f"d{customer['key']}",
            p=f"p{customer['key']}",
        )
    await api.platform.cache.sizes()  # read once a minute, whatever is asked
    reads: list[str] = []
    genuine = Database.read

    async def counted(self: Database, query: str, *rest: Any, **named: Any) -> Any:
        reads.append(query)
        return await genuine(self, query, *rest, **named)

    monkeypatch.setattr(Database, "read", counted)
    counts = {}
    for first in (1, 50):
        reads.clear()
        edges = (await api(WHOLE, first=first))["customers"]["edges"]
        assert len(edges) == first
        assert all(len(edge["node"]["tags"]) == 2 for edge in edges)
        assert all(edge["node"]["departments"][0]["decisionMakers"] for edge in edges)
        counts[first] = len(reads)
    assert counts[50] == counts[1] <= 16


FORGED = [
    ({"metric": "rfm_monetary"}, '["metric rfm_monetary",false,1e999,"a"]'),
    ({"metric": "rfm_monetary"}, '["metric rfm_monetary",false,true,"a"]'),
    ({"metric": "rfm_monetary"}, '["metric rfm_monetary",false,1,"\\ud800"]'),
    ({"field": "NAME"}, '["NAME",false,"\\ud800","a"]'),
    ({"field": "NAME"}, '["NAME",false,"a",null]'),
    ({"field": "CREATED_AT"}, '["CREATED_AT",false,"2026-01-01T00:00:00","a"]'),
    ({"field": "CREATED_AT"}, '["CREATED_AT",false,"0001-01-01T00:00:00+14:00","a"]'),
    ({}, "[" * 60_000),
]
"""Orders, and what looks like a cursor of theirs and is none."""


@pytest.mark.parametrize(("order", "text"), FORGED)
async def test_what_only_looks_like_a_cursor_is_refused(api, order, text):
    error = await api.error(PAGE, first=1, orderBy=order, after=encode_text(text))
    assert (error["extensions"]["code"], error["extensions"]["where"]) == ("INVALID_INPUT", "after")
