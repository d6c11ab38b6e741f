"""The schema is reviewed as text, explains itself, and offers the whole segment language."""

from collections.abc import Iterator
from dataclasses import fields

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    is_introspection_type,
    is_specified_scalar_type,
)
from pydantic.alias_generators import to_camel

from profilegraph.api.runtime.schema_changes import schema_changes
from profilegraph.api.schema import build_schema, sdl
from profilegraph.config import data_folder
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.errors import InvalidInput
from profilegraph.hooks.hosting.host import shipped_taxonomies
from profilegraph.language import nodes
from profilegraph.language.nodes import LEAVES
from scripts.shipped import shipped_host

SHIPPED = Catalogue.of(shipped_taxonomies())
PARTS = {
    "tags": "TagsCondition",
    "attribute": "AttributeCondition",
    "metric": "MetricCondition",
    "event": "EventCondition",
    "people": "PeopleCondition",
    "eventTotal": "EventTotalCondition",
    "stopped": "StoppedCondition",
    "sequence": "SequenceCondition",
    "opportunity": "OpportunityCondition",
    "followUp": "FollowUpCondition",
    "channel": "ChannelCondition",
    "owner": "OwnerCondition",
    "team": "TeamCondition",
    "consent": "ConsentCondition",
    "cohort": "CohortCondition",
    "related": "RelatedCondition",
    "segment": "SegmentCondition",
}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(SHIPPED)._schema


def own_types(schema: GraphQLSchema) -> Iterator[GraphQLNamedType]:
    for kind in schema.type_map.values():
        if not is_introspection_type(kind) and not is_specified_scalar_type(kind):
            yield kind


def undescribed(kind: GraphQLNamedType) -> Iterator[str]:
    if not kind.description:
        yield kind.name
    for name, field in getattr(kind, "fields", {}).items():
        if not field.description:
            yield f"{kind.name}.{name}"
        yield from (
            f"{kind.name}.{name}({argument})"
            for argument, given in getattr(field, "args", {}).items()
            if not given.description
        )
    for name, value in getattr(kind, "values", {}).items():
        if not value.description:
            yield f"{kind.name}.{name}"


def test_the_committed_schema_is_the_one_that_is_served():
    committed = (data_folder("schema") / "api.graphql").read_text(encoding="utf-8")
    host = shipped_host()
    assert sdl(Catalogue.of(host.taxonomies), host) == committed, "run: make generate"


def test_the_committed_schema_has_what_the_shipped_plugins_bring():
    committed = (data_folder("schema") / "api.graphql").read_text(encoding="utf-8")
    filters = committed[committed.index("input FilterInput {") :]
    filters = filters[: filters.index("\n}")]
    assert "  lead: LeadCondition" in filters
    assert "  rfm: RfmTagsCondition" in filters
    assert "  decisionChain: [" in committed


def test_every_type_field_argument_and_value_is_described(schema):
    assert [name for kind in own_types(schema) for name in undescribed(kind)] == []


def test_every_condition_of_the_segment_language_can_be_asked():
    filters = build_schema()._schema.type_map["FilterInput"]
    assert isinstance(filters, GraphQLInputObjectType)
    offered = set(filters.fields)
    groups = {node.NAME for node in (nodes.AllOf, nodes.AnyOf, nodes.Not)}
    assert offered == groups | {leaf.NAME for leaf in LEAVES}


@pytest.mark.parametrize(
    ("part", "type_name"),
    [(leaf, PARTS[leaf.NAME]) for leaf in LEAVES]
    + [
        (part, part.__name__)
        for part in (
            nodes.NumberTest,
            nodes.TextTest,
            nodes.DateTest,
            nodes.BooleanTest,
            nodes.Window,
            nodes.EventTest,
            nodes.OpportunityTest,
            nodes.ParticipationTest,
            nodes.DepartmentTest,
            nodes.PersonTest,
        )
    ],
)
def test_every_field_of_a_condition_can_be_given(schema, part, type_name):
    wanted = {to_camel(field.name.rstrip("_")) for field in fields(part)}
    assert set(schema.type_map[type_name].fields) == wanted


def test_what_is_generated_from_a_filter_does_not_grow_with_the_square_of_its_fields():
    # Generators write an input with @oneOf as a union in which each member names all fields.
    query = '{ __type(name: "FilterInput") { isOneOf description } }'
    answered = build_schema().execute_sync(query).data
    assert answered is not None
    found = answered["__type"]
    assert found["isOneOf"] is False
    assert "exactly one of the fields" in found["description"]


def test_a_change_that_breaks_documents_is_told_from_one_that_does_not():
    old = "type Query { a(x: Int): Int b: Int }"
    more = schema_changes(old, "type Query { a(x: Int, y: Int): Int b: Int c: Int }")
    assert more.breaking == ()
    less = schema_changes(old, "type Query { a(x: Int!): Int }")
    assert len(less.breaking) == 2
    assert any("Query.b" in one for one in less.breaking)


def test_a_file_that_is_no_schema_is_refused():
    with pytest.raises(InvalidInput, match="the older schema cannot be read"):
        schema_changes("type Query {", "type Query { a: Int }")
