"""Queries that ask for too much are refused before anything runs, at the price of reading them."""

from typing import Any

import httpx
import pytest
from graphql import parse

from profilegraph.api.runtime import limits, operations
from profilegraph.api.runtime.limits import LIMITS, Measure, refusals
from profilegraph.api.segments import filters
from tests.api.conftest import OneSchema


def chain(levels: int) -> str:
    return "{" + "thing{" * levels + "name" + "}" * levels + "}"


def bomb(fragments: int) -> str:
    """Each fragment spreads the next one twice: 2 to the power of `fragments` fields."""
    spreads = "".join(
        f"fragment F{i} on Thing {{ a: thing {{ ...F{i + 1} }} b: thing {{ ...F{i + 1} }} }}"
        for i in range(fragments)
    )
    return f"{{ thing {{ ...F0 }} }} {spreads} fragment F{fragments} on Thing {{ name }}"


def messages(query: str, limits: Measure = LIMITS) -> list[str]:
    return [error.message for error in refusals(parse(query), limits)]


@pytest.mark.parametrize(
    ("allowed", "refused", "word"),
    [
        (chain(9), chain(10), "levels of fields"),
        (
            "{" + "thing{name}" * 10 + "}",
            "{" + "thing{name}" * 11 + "}",
            "root fields",
        ),
        (
            "{thing{" + "".join(f"a{i}:name " for i in range(30)) + "}}",
            "{thing{" + "".join(f"a{i}:name " for i in range(31)) + "}}",
            "aliases",
        ),
        (
            "{thing{name" + " @skip(if:false)" * 50 + "}}",
            "{thing{name" + " @skip(if:false)" * 51 + "}}",
            "directives",
        ),
    ],
)
def test_each_limit_allows_its_number_and_refuses_one_more(allowed, refused, word):
    assert messages(allowed) == []
    assert [word in message for message in messages(refused)] == [True]


def test_fragments_count_where_they_are_spread():
    deep = "{thing{...F}} fragment F on Thing{thing{...G}} fragment G on Thing{thing{name}}"
    assert messages(deep, Measure(4, 1, 4, 0, 0)) == []
    assert len(messages(deep, Measure(3, 1, 4, 0, 0))) == 1
    twice = "{...R ...R} fragment R on Query{a:thing{name}}"
    assert len(messages(twice, Measure(9, 1, 9, 1, 9))) == 2


def test_every_operation_of_a_document_is_measured():
    assert len(messages("query A{__typename} query B" + chain(10))) == 1


def test_a_fragment_bomb_costs_what_its_text_costs():
    # Walked without remembering, 90 fragments of this kind outlast the universe.
    assert {"fields", "aliases", "levels of fields"} <= {
        message.removeprefix("The query has more than ").split(".")[0].split(" ", 1)[1]
        for message in messages(bomb(90))
    }


def test_a_long_chain_of_fragments_needs_no_deep_stack(monkeypatch):
    monkeypatch.setattr(limits, "MAX_COMPARISONS", 10**9)
    links = "".join(f"fragment F{i} on Thing{{...F{i + 1}}}" for i in range(5_000))
    assert messages("{thing{...F0}} " + links + "fragment F5000 on Thing{name}") == []


def test_unknown_fragments_and_circles_do_not_crash():
    assert messages("{thing{...Nowhere}}") == []
    circle = "{...A} fragment A on Query{...B} fragment B on Query{...A}"
    assert [m.startswith("Fragments spread each other in a circle") for m in messages(circle)] == [
        True
    ]


def test_introspection_counts_as_one_level_but_its_fields_count():
    inside = "{__schema{types{" + "ofType{" * 12 + "name" + "}" * 12 + "}}}"
    assert messages(inside) == []
    assert len(messages(inside, Measure(10, 10, 5, 30, 50))) == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (bomb(30), "QUERY_TOO_LARGE"),
        (chain(10), "QUERY_TOO_LARGE"),
        ("mutation {" + "touch " * 11 + "}", "QUERY_TOO_LARGE"),
        ("mutation { touch #" + "x" * 100_000 + "\n}", "QUERY_TOO_LARGE"),
        ("mutation {" + "touch " * 2_000 + "}", "GRAPHQL_PARSE_FAILED"),
        ("mutation { ...Nowhere }", "GRAPHQL_VALIDATION_FAILED"),
        ("mutation { ...A } fragment A on Mutation { ...A }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_a_refused_query_runs_no_resolver(make_app, client_of, query, code):
    context: dict[str, int] = {}
    client: httpx.AsyncClient
    async with client_of(make_app(context=context)) as client:
        response = await client.post("/graphql", json={"query": query})
    assert response.json()["errors"][0]["extensions"]["code"] == code
    assert "data" not in response.json()
    assert context == {}


def compared(query: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many pairs of fields and fragments a query is taken to have."""
    monkeypatch.setattr(limits, "MAX_COMPARISONS", 10**9)
    return limits._comparisons(parse(query))


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        ("{thing{name}}", 0),
        ("{thing{name} thing{name name}}", 1 + 3),
        ("{thing{name} a:thing{name}}", 0),
        ("{thing{...F ...F}} fragment F on Thing{name}", 0),
        ("{thing{name ...F ...G}} fragment F on Thing{name} fragment G on Thing{name}", 3 + 1),
        ("{thing{... on Thing{name} ...{name}}}", 1),
        ("{__typename} fragment F on Thing{name name}", 1),
    ],
)
def test_pairs_that_the_rules_compare_are_counted(
    query: str, pairs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compared(query, monkeypatch) == pairs


@pytest.mark.parametrize(
    "query",
    [
        "{thing{" + "thing{name}" * 480 + "}}",
        "{thing{" + "name " * 1_900 + "}}",
        "{__typename} fragment F on Thing{" + "thing{name}" * 480 + "}",
        "{thing{"
        + "".join(f"...F{i} " for i in range(200))
        + "}}"
        + "".join(f"fragment F{i} on Thing{{name}}" for i in range(200)),
        "".join(f"query Q{i}{{...F}}" for i in range(200)) + "fragment F on Query{thing{name}}",
    ],
)
def test_what_the_rules_would_take_long_over_is_refused_before_they_begin(
    query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "validate", None)
    document = OneSchema.current.document(query)
    (error,) = document.faults
    assert (error.extensions or {})["code"] == "QUERY_TOO_LARGE"


def test_a_page_of_many_components_is_allowed() -> None:
    spreads = "".join(f"...F{i} " for i in range(40))
    fragments = "".join(f"fragment F{i} on Thing{{name thing{{name}}}}" for i in range(40))
    assert messages("{thing{" + spreads + "}}" + fragments) == []


async def test_a_filter_of_thousands_of_conditions_is_refused_before_it_is_read(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []
    monkeypatch.setattr(filters, "decode", lambda *given: read.append(given))
    many = {"all": [{"tags": {"dimension": "size", "anyOf": ["x"]}}] * 9_000}
    for query in (
        "query($f: FilterInput!) { segmentPreview(filter: $f) { count } }",
        "query($f: [FilterInput!]) { segmentOverlap(filters: $f) { union } }",
    ):
        error = await api.error(query, f=[many] if "[" in query else many)
        assert error["extensions"]["code"] == "QUERY_TOO_LARGE"
        assert "'$f'" in error["message"]
    assert read == []


async def test_the_query_that_graphiql_asks_the_schema_with_is_allowed(client: httpx.AsyncClient):
    from graphql import get_introspection_query

    query = get_introspection_query(
        specified_by_url=True, schema_description=True, input_value_deprecation=True
    )
    response = await client.post("/graphql", json={"query": query})
    assert "errors" not in response.json()
