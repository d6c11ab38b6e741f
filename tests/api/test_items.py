"""Lists in lists multiply; how many items an answer holds is estimated first and counted then."""

from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from graphql import (
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_nullable_type,
    is_list_type,
    parse,
)
from strawberry.scalars import JSON
from strawberry.schema.schema_converter import GraphQLCoreConverter

from profilegraph.api.runtime import context, estimate
from profilegraph.api.runtime.estimate import GUESS, MAX_BYTES, MAX_ITEMS, Budget, size_of_answer
from profilegraph.api.runtime.fields import Counted
from profilegraph.api.runtime.operations import RunnableSchema
from profilegraph.api.schema import build_schema
from profilegraph.domain.records.customers import Customer
from profilegraph.domain.records.organisation import DecisionMaker, Department
from profilegraph.services.customers.records import save


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema()._schema


def excess(schema: GraphQLSchema, query: str, variables: dict[str, Any]) -> list[GraphQLError]:
    """Return the errors of a query's size."""
    document = parse(query)
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    sizes = [size_of_answer(schema, document, one, variables) for one in operations]
    return [error for one in sizes for error in one.excess]


def people(levels: int) -> str:
    """Everybody of a department, of each of whom the department, of which everybody …"""
    inside = "key"
    for _ in range(levels):
        inside = f"department {{ decisionMakers {{ {inside} }} }}"
    return f"departments {{ decisionMakers {{ {inside} }} }}"


def items(schema: GraphQLSchema, query: str, monkeypatch: Any, **variables: Any) -> int:
    """Return the estimate: the smallest limit that lets the query pass."""
    low, high = -1, 10_000_000
    while high - low > 1:
        middle = (low + high) // 2
        monkeypatch.setattr(estimate, "MAX_ITEMS", middle)
        if excess(schema, query, variables):
            low = middle
        else:
            high = middle
    return high


@pytest.mark.parametrize("first", [50, 100])
def test_an_ordinary_page_is_allowed(schema: GraphQLSchema, first: int) -> None:
    query = f"""{{ customers(first: {first}) {{ totalCount edges {{ node {{
      key tags {{ tag {{ label dimension {{ label }} }} since }}
      departments {{ name decisionMakers {{ name }} }}
      decisionMakers {{ name department {{ name }} }}
      events(first: 10) {{ type at }} }} }} }} }}"""
    assert excess(schema, query, {}) == []


def test_the_largest_page_is_allowed_with_one_list_of_each_customer(schema: GraphQLSchema) -> None:
    query = "{ customers(first: 1000) { edges { node { name tags { tag { key } } } } } }"
    assert excess(schema, query, {}) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ viewer: customer(key: 1) { key name } }", 0),
        ("{ customers(first: 7) { edges { node { key } } } }", 7),
        ("{ customers { edges { node { key } } } }", 50),
        ("query($n: Int! = 9) { customers(first: $n) { edges { node { key } } } }", 9),
        ("query($given: Int! = 9) { customers(first: $given) { edges { cursor } } }", 3),
        ("query($missing: Int) { customers(first: $missing) { edges { cursor } } }", 50),
        ("{ customers(first: 7) { edges { node { tags { since } } } } }", 7 + 7 * GUESS),
        ("{ customers(first: 7) { edges { node { events(first: 3) { at } } } } }", 7 + 21),
        (
            "{ customers(first: 7) { ...P } } fragment P on CustomerConnection { edges { cursor } }",
            7,
        ),
        ("{ customers(first: 7) { ... on CustomerConnection { edges { cursor } } } }", 7),
        ("{ customers(first: 7) { ... { edges { cursor } } } }", 7),
        ("{ node(id: 1) { ... on Dimension { tags { key } } } }", GUESS),
        ("{ a: segments { key } b: segments { key } }", 2 * GUESS),
        (
            'mutation { tagCustomers(customers: ["a", "b"], tags: []) { tags { by } } }',
            2 + 2 * GUESS,
        ),
        ("query A { segments { key } } query B { taxonomies { events { key } } }", 8 + 64),
        ("{ __schema { types { fields { name } } } }", 1_000),
    ],
)
def test_lists_multiply_by_what_is_asked_for_or_by_a_guess(
    schema: GraphQLSchema, monkeypatch: pytest.MonkeyPatch, query: str, expected: int
) -> None:
    assert items(schema, query, monkeypatch, given=3) == expected


@pytest.mark.parametrize("first", [-1, 10**400, 1e300, "many", None, [1] * 5])
def test_a_page_size_that_is_none_is_left_to_the_rules_of_graphql(
    schema: GraphQLSchema, first: object
) -> None:
    query = "query($n: Int!) { customers(first: $n) { edges { cursor } } }"
    assert len(excess(schema, query, {"n": first})) <= 1


async def test_what_asks_for_too_much_is_refused_before_any_resolver_runs(api, monkeypatch):
    monkeypatch.setattr(context.ApiContext, "catalogue", None)
    query = "query($n: Int!) { taxonomies { key } customers(first: $n) { edges { node { %s } } } }"
    error = await api.error(query % people(1), n=50)
    assert error["extensions"]["code"] == "QUERY_TOO_LARGE"
    assert "smaller page" in error["extensions"]["hint"]
    assert "path" not in error


async def test_a_crowd_is_counted_and_refused_once_it_is_too_many(api):
    crowd = [
        DecisionMaker(key=f"p{n}", customer="acme", department="it", name=f"{n}") for n in range(24)
    ]
    it = Department(key="it", customer="acme", name="IT")
    await save(api.platform, [Customer(key="acme"), it, *crowd], api.now)
    query = '{ customer(key: "acme") { key %s } }'
    assert (await api(query % people(1)))["customer"]["key"] == "acme"
    answer = await api.run(query % people(2), {})
    assert answer["data"] is None
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "QUERY_TOO_LARGE"
    assert f"{MAX_ITEMS:,}" in error["message"]
    assert error["extensions"]["hint"]


async def test_pages_and_taxonomies_are_counted_too(api, monkeypatch):
    await save(api.platform, [Customer(key=key) for key in "abc"], api.now)
    monkeypatch.setattr(context, "Budget", lambda **_: Budget(2))
    for query in (
        "{ customers(first: 3) { edges { cursor } } }",
        "{ taxonomies { events { key } } }",
    ):
        assert (await api.error(query))["extensions"]["code"] == "QUERY_TOO_LARGE"
    assert await api("{ customers(first: 2) { edges { cursor } } }")


def test_every_list_that_a_resolver_makes_is_counted(schema: GraphQLSchema) -> None:
    uncounted = []
    for kind in schema.type_map.values():
        if not isinstance(kind, GraphQLObjectType):
            continue
        for name, field in kind.fields.items():
            made = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            if made is None or not is_list_type(get_nullable_type(field.type)):
                continue
            if not any(isinstance(one, Counted) for one in made.extensions):
                uncounted.append(f"{kind.name}.{name}")
    # What makes these counts them itself, or there are few: days of the week, editors, those ranked.
    assert sorted(uncounted) == [
        "AuditConnection.edges",
        "CustomerConnection.edges",
        "EventConnection.edges",
        "Explanation.nearestMiss",
        "FollowUpConnection.edges",
        "GroupShares.shares",
        "MembershipChangeConnection.edges",
        "MembershipMoveConnection.edges",
        "MissingCondition.lacks",
        "PeopleConnection.edges",
        "Segment.editors",
        "SegmentGroup.segmentKeys",
        "SegmentGroup.weights",
        "Tagging.weekdays",
        "Waterfall.steps",
    ]


BREAKDOWN = (
    "query($f: FilterInput!) { segmentPreview(filter: $f) { breakdown { buckets { %s } } } }"
)


def conditions(many: int) -> dict[str, Any]:
    return {"all": [{"tags": {"dimension": "size", "anyOf": ["x" * 100]}} for _ in range(many)]}


def test_a_filter_counts_with_its_length_wherever_it_is_told(schema: GraphQLSchema) -> None:
    aliases = " ".join(f"a{number}: filter" for number in range(30))
    query = BREAKDOWN % aliases
    assert excess(schema, query, {"f": conditions(1)}) == []
    (error,) = excess(schema, query, {"f": conditions(100)})
    assert f"{MAX_BYTES:,} bytes" in error.message
    parts = ",".join(f'{{tags: {{dimension: "{"x" * 900}"}}}}' for _ in range(60))
    literal = f"{{all: [{parts}]}}"
    within = BREAKDOWN.replace("query($f: FilterInput!) ", "").replace("$f", literal)
    assert len(excess(schema, within % aliases, {})) == 1
    named = BREAKDOWN % aliases.replace("filter", "label")
    assert excess(schema, named, {"f": conditions(100)}) == []


def test_many_values_are_too_long_even_where_each_is_short(schema: GraphQLSchema) -> None:
    aliases = " ".join(f"a{number}: name" for number in range(30))
    query = "{ customers(first: %s) { edges { node { %s %s } } } }"
    assert excess(schema, query % (1_000, aliases, "name " * 9), {}) == []
    long = aliases.replace(": name", f"{'x' * 200}: name")
    assert len(excess(schema, query % (1_000, long, "name"), {})) == 1


@strawberry.type
class Item:
    number: int

    @strawberry.field
    def text(self) -> str:
        read.append(self.number)
        return "字" * 100

    @strawberry.field
    def told(self) -> JSON:
        read.append(self.number)
        return JSON(SHARED)


@strawberry.type
class Items:
    @strawberry.field
    def items(self) -> list[Item]:
        return [Item(number=number) for number in range(1_000)]


SHARED = {"all": [{"text": "x" * 90}]}
read: list[int] = []


@pytest.mark.parametrize("field", ["text", "told"])
async def test_no_more_is_read_for_an_answer_that_has_become_too_long(field: str) -> None:
    read.clear()
    budget = Budget(size=10_000)
    asked = RunnableSchema(Items).document(f"{{ items {{ number {field} }} }}").operation(None)
    assert asked is not None
    await asked.execute(SimpleNamespace(budget=budget), {})
    assert budget.overdrawn
    assert "10,000 bytes" in budget.refusal().message
    # A hundred bytes each: of the other nine hundred, nothing is asked.
    assert 80 <= len(read) <= 100


def test_a_value_of_several_parts_is_measured_once_however_often_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    budget = Budget(size=1_000)
    budget.write(SHARED)
    monkeypatch.setattr(estimate, "json", None)
    for _ in range(3):
        budget.write(SHARED)
    assert 1_000 - budget.bytes_left == 4 * len('{"all":[{"text":""}]}') + 4 * 90
    assert not budget.overdrawn


async def test_an_answer_that_is_too_long_is_withheld_as_a_whole(api, monkeypatch):
    await save(api.platform, [Customer(key=key, name=key * 100) for key in "abc"], api.now)
    monkeypatch.setattr(context, "Budget", lambda **_: Budget(size=250))
    assert await api('{ customer(key: "a") { name } }')
    answer = await api.run("{ customers { edges { node { name } } } }", {})
    assert answer["data"] is None
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "QUERY_TOO_LARGE"
    assert "250 bytes" in error["message"]
