"""An error stays at its field: what else was asked for is answered."""

from __future__ import annotations

from inspect import iscoroutinefunction
from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLNonNull, GraphQLObjectType
from strawberry.schema.schema_converter import GraphQLCoreConverter

from profilegraph.api.schema import NOTHING, build_schema
from profilegraph.hooks.hosting.host import Host

GOOD = {"tags": {"dimension": "temperature", "anyOf": ["warm"]}}
BAD = {"tags": {"dimension": "temperature", "anyOf": ["wram"]}}


def test_what_can_fail_can_be_null(whole_host: Host) -> None:
    schema = build_schema(NOTHING, whole_host)._schema
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    nullable, given = set(), set()
    for kind in schema.type_map.values():
        if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) or kind.name[:2] == "__":
            continue
        for name, field in kind.fields.items():
            behind = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            waits = iscoroutinefunction(
                field.resolve
                if behind is None
                else getattr(behind.base_resolver, "wrapped_func", 0)
            )
            if kind in roots or waits or field.args.keys() - {"locale"}:
                assert not isinstance(field.type, GraphQLNonNull), f"{kind.name}.{name}"
                nullable.add(f"{kind.name}.{name}")
            if name in {"id", "key", "edges", "pageInfo", "node", "cursor"} and kind not in roots:
                assert isinstance(field.type, GraphQLNonNull), f"{kind.name}.{name}"
                given.add(f"{kind.name}.{name}")
    assert {"Query.customers", "Mutation.saveCustomer", "Customer.departments"} <= nullable
    assert {"Customer.key", "CustomerConnection.edges"} <= given


async def test_one_bad_filter_leaves_the_rest_of_the_answer(api: Any) -> None:
    await api('mutation { saveCustomer(input: {key: "a"}) { key } }')
    answer = await api.run(
        """query($good: FilterInput!, $bad: FilterInput!) {
          good: segmentPreview(filter: $good) { count text }
          bad: segmentPreview(filter: $bad) { count text filter waterfall { total } }
          none: segmentPreview(filter: {cohort: {salt: "x", from: 2, to: 3}}) { count }
          customers(filter: $bad) { totalCount }
          all: customers { edges { node { key events(first: 0) { key } identities { value } } } }
          crossTable(rows: "temperature", columns: "nothing") { total }
          explainMember(customer: "nobody", filter: $good) { holds }
          segmentOverlap(segments: ["x", "y"]) { union }
          compareSegments(a: "x") { aCount }
          viewer { name }
        }""",
        {"good": GOOD, "bad": BAD},
    )
    assert answer["data"] == {
        "good": {"count": 0, "text": "Temperature is Warm"},
        "bad": {"count": None, "text": None, "filter": BAD, "waterfall": None},
        "none": None,
        "customers": None,
        "all": {"edges": [{"node": {"key": "a", "events": None, "identities": []}}]},
        "crossTable": None,
        "explainMember": None,
        "segmentOverlap": None,
        "compareSegments": None,
        "viewer": {"name": "Ann"},
    }
    told = {".".join(map(str, one["path"])): one["extensions"]["code"] for one in answer["errors"]}
    assert told == {
        "bad.count": "INVALID_FILTER",
        "bad.text": "INVALID_FILTER",
        "bad.waterfall": "INVALID_FILTER",
        "none": "INVALID_FILTER",
        "customers": "INVALID_FILTER",
        "all.edges.0.node.events": "INVALID_INPUT",
        "crossTable": "NOT_FOUND",
        "explainMember": "NOT_FOUND",
        "segmentOverlap": "NOT_FOUND",
        "compareSegments": "NOT_FOUND",
    }


async def test_a_change_that_was_made_is_told_beside_one_that_was_refused(api: Any) -> None:
    answer = await api.run(
        """mutation {
          saveCustomer(input: {key: "a"}) { key }
          untagCustomers(customers: ["a"], tags: ["temperature/nothing"]) { key }
          deleteSegment(key: "nothing")
        }""",
        {},
    )
    assert answer["data"] == {
        "saveCustomer": {"key": "a"},
        "untagCustomers": None,
        "deleteSegment": None,
    }
    assert [one["extensions"]["code"] for one in answer["errors"]] == ["NOT_FOUND", "NOT_FOUND"]


@pytest.mark.parametrize("field", ["text", "count", 'zh: text(locale: "zh-CN")'])
async def test_a_preview_says_what_it_can(api: Any, field: str) -> None:
    query = "query($f: FilterInput!) { segmentPreview(filter: $f) { filter %s } }"
    answer = await api.run(query % field, {"f": BAD})
    assert answer["data"]["segmentPreview"]["filter"] == BAD
