"""Random values of the API's input types, right and wrong: read as graphql-core reads them, or left to it."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    Undefined,
)
from graphql.utilities import coerce_input_value
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.schema.schema_converter import GraphQLCoreConverter

from profilegraph.api.runtime.coercion import Coercions, Unusual
from profilegraph.api.schema import build_schema
from profilegraph.config import data_folder
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.importers.taxonomies.files import read_taxonomy
from tests.support.budgets import budget

SCHEMA = build_schema(
    Catalogue.of(
        [
            read_taxonomy(data_folder("taxonomies") / name)
            for name in ("b2b_core.yaml", "commerce.yaml")
        ]
    )
)._schema
INPUTS = sorted(
    (kind for kind in SCHEMA.type_map.values() if isinstance(kind, GraphQLInputObjectType)),
    key=lambda kind: kind.name,
)
LEAVES = {
    "Int": st.integers(-5, 5),
    "Float": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-5, 5),
    "Boolean": st.booleans(),
    "DateTime": st.just("2026-02-01T08:00:00Z"),
    "Date": st.just("2026-02-01"),
    "Decimal": st.just("12.50"),
    "JSON": st.just({"any": [1]}),
}
WRONG: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", "other", 7, 2**40, 0.5, True, [], {}, [None], {"all": []}, {"other": 1}]
)


def values(kind: GraphQLInputType, depth: int, wrong: bool) -> st.SearchStrategy[Any]:
    """Return values of a type that are right; with `wrong`, some in them are not."""
    match kind:
        case GraphQLNonNull(of_type=inner):
            found = values(inner, depth, wrong)
        case GraphQLList(of_type=inner):
            most = 3 if depth else 0
            found = st.lists(values(inner, depth - 1, wrong), max_size=most)
        case GraphQLInputObjectType():
            found = objects(kind, depth, wrong)
        case GraphQLEnumType():
            found = st.sampled_from(sorted(kind.values))
        case _:
            found = LEAVES.get(kind.name, st.text("abc", min_size=1, max_size=3))
    return st.one_of(found, found, found, WRONG) if wrong else found


def objects(kind: GraphQLInputObjectType, depth: int, wrong: bool) -> st.SearchStrategy[Any]:
    fields = kind.fields
    if _single(kind) and not wrong:
        shallow = [n for n in fields if depth > 0 or n not in ("not", "related")]
        return st.sampled_from(shallow).flatmap(
            lambda name: st.fixed_dictionaries({name: values(fields[name].type, depth - 1, False)})
        )

    def some(names: list[str]) -> st.SearchStrategy[Any]:
        return st.fixed_dictionaries(
            {name: values(fields[name].type, depth - 1, wrong) for name in names}
        ).flatmap(lambda found: st.permutations([*found.items()]).map(dict))

    needed = [
        name
        for name, field in fields.items()
        if isinstance(field.type, GraphQLNonNull) or field.default is not None
    ]
    optional = [name for name in fields if name not in needed]
    chosen = (
        st.lists(st.sampled_from(optional), unique=True, max_size=3) if optional else st.just([])
    )
    if wrong:
        chosen = chosen.flatmap(lambda more: st.permutations([*needed, *more])).map(
            lambda names: names[1:] if len(names) % 2 else names
        )
        return chosen.flatmap(some)
    return chosen.map(lambda more: [*needed, *more]).flatmap(some)


def _single(kind: GraphQLInputObjectType) -> bool:
    """Return whether a right value has exactly one field; of a filter, no type says so."""
    if kind.name == "FilterInput":
        return True
    behind = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return kind.is_one_of or (behind is not None and behind.is_one_of)


def order(value: Any) -> Any:
    """Return a value with the order of what it holds, which equality of dictionaries leaves out."""
    match value:
        case dict():
            return [(name, order(inner)) for name, inner in value.items()]
        case list():
            return [order(inner) for inner in value]
        case _:
            return value


@given(
    st.sampled_from(INPUTS).flatmap(lambda kind: st.tuples(st.just(kind), values(kind, 3, False)))
)
@settings(max_examples=budget(150, 1_000))
def test_a_right_value_is_taken_and_read_as_graphql_core_reads_it(drawn: tuple[Any, Any]) -> None:
    kind, value = drawn
    right = coerce_input_value(value, kind)
    assert right is not Undefined
    assert order(Coercions().of(kind)(value, 0)) == order(right)


@given(
    st.sampled_from(INPUTS).flatmap(lambda kind: st.tuples(st.just(kind), values(kind, 3, True)))
)
@settings(max_examples=budget(300, 1_500))
def test_a_wrong_value_is_never_taken(drawn: tuple[Any, Any]) -> None:
    kind, value = drawn
    try:
        read = Coercions().of(kind)(value, 0)
    except Exception:  # noqa: BLE001  (whatever it raises, graphql-core is asked)
        return
    assert order(read) == order(coerce_input_value(value, kind))


def test_what_is_nested_too_deeply_is_left_to_graphql_core() -> None:
    value: dict[str, Any] = {"all": []}
    for _ in range(300):
        value = {"not": value}
    with pytest.raises(Unusual):
        Coercions().of(SCHEMA.type_map["FilterInput"])(value, 0)  # type: ignore[arg-type]


def test_a_field_with_a_default_that_is_left_out_is_left_to_graphql_core() -> None:
    kind = SCHEMA.type_map["CustomerOrder"]
    with pytest.raises(Unusual):
        Coercions().of(kind)({"field": "NAME"}, 0)  # type: ignore[arg-type]
