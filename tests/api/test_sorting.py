"""Customers in any order: by attributes of every type and by metrics, page after page."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from neo4j import GraphDatabase

from profilegraph.domain.records.customers import Customer
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.language.answers import Position
from profilegraph.language.facts import Context
from profilegraph.language.nodes import EVERYONE
from profilegraph.services.customers.records import save
from profilegraph.services.evaluation.cypher_engine import CypherEngine
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.readings import ReadTransaction
from tests.api.test_paging import PAGE, pages

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
VALUES: dict[str, dict[str, Any]] = {
    "employee_count": {"a": 20, "b": -0.0, "c": 20, "d": 0.0, "e": 1e300},
    "city": {"a": "上海", "b": "", "c": "上海", "d": "北京", "e": "Z"},
    "founded_on": {"a": date(2020, 1, 2), "b": date(1999, 12, 31), "c": date(2020, 1, 2)},
    "listed": {"a": True, "b": False, "c": True, "d": False},
}
KEYS = "abcdefg"


@pytest.fixture
async def world(api: Any, platform: Platform) -> Any:
    records = [
        Customer(
            key=key,
            attributes={name: values[key] for name, values in VALUES.items() if key in values},
        )
        for key in KEYS
    ]
    await save(platform, records, NOW)
    # What a taxonomy called a number before and no longer does: a text under the number's key.
    await platform.database.write(
        lambda transaction: transaction.run(
            "MATCH (c:Customer) WHERE c.key IN ['f', 'a']"
            " SET c.metric_rfm_monetary = CASE c.key WHEN 'a' THEN 2.5 ELSE 7 END"
            " WITH c WHERE c.key = 'f' SET c.attribute_employee_count = 'many'"
        )
    )
    return api


def in_order(values: dict[str, Any], descending: bool) -> list[str]:
    """Return all keys: by value, then by key; those without a value last."""
    there = sorted(values, key=lambda key: (values[key], key), reverse=descending)
    return there + sorted(set(KEYS) - set(values), reverse=descending)


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_pages_follow_one_another_by_attributes_of_every_type_and_by_metrics(
    world, direction
):
    wanted = [({"attribute": name}, values) for name, values in VALUES.items()]
    wanted.append(({"metric": "rfm_monetary"}, {"a": 2.5, "f": 7}))
    for order, values in wanted:
        found = await pages(world, first=2, orderBy={**order, "direction": direction})
        assert [key for page in found for key in page] == in_order(values, direction == "DESC")
        assert [len(page) for page in found] == [2, 2, 2, 1]


async def test_a_cursor_stays_right_when_the_customer_that_it_came_from_changes(world, platform):
    order = {"attribute": "employee_count"}
    page = (await world(PAGE, first=3, orderBy=order))["customers"]
    assert [edge["node"]["key"] for edge in page["edges"]] == ["b", "d", "a"]
    moved = Customer(key="a", attributes={"employee_count": 10_000})
    new = Customer(key="aa", attributes={"employee_count": 20})
    await save(platform, [moved, new], NOW)
    after = page["pageInfo"]["endCursor"]
    rest = (await world(PAGE, first=9, after=after, orderBy=order))["customers"]
    assert [edge["node"]["key"] for edge in rest["edges"]] == ["aa", "c", "a", "e", "f", "g"]


@pytest.mark.parametrize("descending", [False, True])
async def test_a_page_by_key_reads_no_more_customers_than_it_has(
    platform, server, monkeypatch, descending
):
    await save(platform, [Customer(key=f"c{number:03}") for number in range(300)], NOW)
    asked: list[tuple[str, Any]] = []
    genuine = ReadTransaction.run

    async def noted(self: ReadTransaction, query: str, parameters: Any) -> Any:
        asked.append((query, parameters))
        return await genuine(self, query, parameters)

    monkeypatch.setattr(ReadTransaction, "run", noted)
    for after in (None, Position("c150", "c150")):
        engine = CypherEngine(platform.database, Catalogue.of([]), Context(NOW, NOW.date()))
        page = await engine.page(EVERYONE, first=5, after=after, descending=descending)
        assert len(page) == 5
    assert len(asked) == 2
    with GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver:
        for query, parameters in asked:
            plan = driver.execute_query("PROFILE " + query, parameters).summary.profile
            assert plan is not None
            assert 5 <= most_rows(plan) <= 6


def most_rows(operator: dict[str, Any]) -> int:
    """Return the most rows that an operator of a plan made."""
    return max([int(operator["rows"]), *map(most_rows, operator.get("children", []))])


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({"attribute": "employees"}, "no attribute is called"),
        ({"attribute": ""}, "no attribute is called"),
        ({"metric": "rfm_moneytary"}, "Did you mean"),
        ({"attribute": "city", "metric": "rfm_monetary"}, "one of field"),
        ({"field": "NAME", "attribute": "city"}, "one of field"),
    ],
)
async def test_an_order_that_there_is_not_is_an_error(api, order, told):
    error = await api.error(PAGE, first=1, orderBy=order)
    assert told in f"{error['message']} {error['extensions'].get('hint', '')}"


async def test_a_cursor_of_one_attribute_is_none_of_another(world):
    order = {"attribute": "employee_count"}
    cursor = (await world(PAGE, first=1, orderBy=order))["customers"]["pageInfo"]["endCursor"]
    for other in ({"attribute": "annual_revenue"}, {**order, "direction": "DESC"}):
        error = await world.error(PAGE, first=1, after=cursor, orderBy=other)
        assert error["extensions"]["where"] == "after"
