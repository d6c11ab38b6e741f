"""Adds a field for every dimension to the filter input, with the tags that a taxonomy fixes as an enum.

`companySize: {anyOf: [P50_500]}` is `tags: {dimension: "company_size", anyOf: ["50_500"]}`, and
becomes it before anything else sees it. The types are GraphQL's own and not Strawberry's: they are
made from data while the platform runs, and no Python class stands behind them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
)
from pydantic.alias_generators import to_pascal

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Cardinality, Definition, Dimension
from profilegraph.language.nodes import Tags
from profilegraph.language.typed_names import enum_name, field_name, former_tags

DIMENSION = "dimension"
"""Under which extension a field of the filter names the dimension that it asks of."""
_TAGS: Mapping[str, str] = {
    "anyOf": "At least one of these.",
    "allOf": "Every one of these.",
    "noneOf": "None of these.",
}
_ENDS: Mapping[str, str] = {
    "gte": "This tag or a greater one.",
    "lte": "This tag or a smaller one.",
}


def dimension_fields(
    catalogue: Catalogue, taken: Mapping[str, object], source: GraphQLInputType
) -> dict[str, GraphQLInputField]:
    """Return the fields of the filter that ask for the tags of each dimension, by name.

    `taken` are the names that other fields have: a dimension that is called like one of them has
    `Tags` behind its name. `source` is the type of a tagging's source.
    """
    found: dict[str, GraphQLInputField] = {}
    for taxonomy in catalogue.taxonomies:
        for key in (one.key for one in taxonomy.dimensions):
            dimension = catalogue.dimensions[key]
            kind = _condition(dimension, source, fixed=not taxonomy.editable)
            for name, old in _names(dimension):
                given = GraphQLInputField(
                    kind,
                    description=described(dimension),
                    deprecation_reason=_renamed(field_name(key, taken))
                    if old
                    else _reason(dimension),
                    extensions={DIMENSION: key},
                )
                found.setdefault(field_name(name, taken), given)
    return found


class ByDimension:
    """Reads one condition of a filter: that on a dimension in the general form, as `tags`.

    A field that is null is one left out. Whether exactly one is given is asked of what reads the
    language: where a type said so to front ends (`@oneOf`), what they generate from it would name
    each field in each other's alternative, and grow with the square of the dimensions.
    """

    def __init__(self, fields: Mapping[str, GraphQLInputField]) -> None:
        self._typed = frozenset(name for name, one in fields.items() if DIMENSION in one.extensions)

    def __call__(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return the conditions that are given, of one alone under the name that it has in JSON."""
        found = {name: value for name, value in given.items() if value is not None}
        if len(found) == 1:
            ((name, value),) = found.items()
            return {Tags.NAME: value} if name in self._typed else found
        return found


def described(definition: Definition) -> str:
    """Return the labels of a definition, and what is said of it, in every language."""
    said = definition.description
    told = [] if said is None else said.by_locale.values()
    return "\n\n".join([definition.labels.joined, *told])


def _condition(
    dimension: Dimension, source: GraphQLInputType, *, fixed: bool
) -> GraphQLInputObjectType:
    name = to_pascal(dimension.key)
    tag = (_enum(f"{name}Tag", dimension) if fixed else None) or GraphQLID
    return GraphQLInputObjectType(
        f"{name}TagsCondition",
        dict(_tests(dimension, tag, source)),
        description=f"Which tags the customer carries now: {described(dimension)}",
        out_type=_Named(dimension.key),
    )


class _Named:
    """Adds the dimension that a condition is about."""

    def __init__(self, dimension: str) -> None:
        self._dimension = dimension

    def __call__(self, condition: dict[str, Any]) -> dict[str, Any]:
        return {"dimension": self._dimension, **condition}


def _tests(
    dimension: Dimension, tag: GraphQLEnumType | GraphQLScalarType, source: GraphQLInputType
) -> Iterator[tuple[str, GraphQLInputField]]:
    single = dimension.cardinality is Cardinality.SINGLE
    for name, description in _TAGS.items():
        if not (single and name == "allOf"):
            kind = GraphQLList(GraphQLNonNull(tag))
            yield name, GraphQLInputField(kind, description=description)
    told = "True: any tag of the dimension; false: none at all."
    yield "hasAny", GraphQLInputField(GraphQLBoolean, description=told)
    if dimension.ordered:
        for name, description in _ENDS.items():
            yield name, GraphQLInputField(tag, description=description)
    if any(one.parent is not None for one in dimension.tags):
        told = "Whether tags stand for themselves alone, without those below them."
        yield "exact", GraphQLInputField(GraphQLBoolean, description=told)
    for name, test, told in (
        ("minConfidence", GraphQLFloat, "Only taggings that are at least so sure, 0 to 1."),
        ("minWeight", GraphQLFloat, "Only taggings that hold at least so strongly, 0 to 1."),
        ("source", source, "Only taggings from this source."),
        ("taggedWithinDays", GraphQLInt, "Only taggings of the last so many times 24 hours."),
        ("weekday", GraphQLInt, "Only taggings that name this day of the week; 1 is Monday."),
    ):
        yield name, GraphQLInputField(test, description=told)


def _enum(name: str, dimension: Dimension) -> GraphQLEnumType | None:
    """Return the tags of a dimension as an enum; None where they cannot be one."""
    values: dict[str, GraphQLEnumValue] = {}
    for tag in dimension.tags:
        described_so = GraphQLEnumValue(tag.key, described(tag), _reason(tag))
        values[enum_name(tag.key)] = described_so
    if len(values) < max(1, len(dimension.tags)):
        return None  # it has no tags yet, or two whose names differ in what an enum cannot tell
    for tag in dimension.tags:
        for old in former_tags(tag, dimension):
            past = GraphQLEnumValue(tag.key, described(tag), _renamed(enum_name(tag.key)))
            values.setdefault(enum_name(old), past)
    return GraphQLEnumType(name, values, description=f"Tags of {described(dimension)}")


def _names(dimension: Dimension) -> Iterator[tuple[str, bool]]:
    """Yield the key of a dimension, then those that it had before, with whether it is such."""
    yield dimension.key, False
    yield from ((old, True) for old in dimension.aliases)


def _reason(definition: Definition) -> str | None:
    if definition.deprecated is None:
        return None
    said = definition.deprecated.reason
    instead = definition.deprecated.replaced_by
    parts = [
        *([said.joined] if said else []),
        *([f"Use {instead}."] if instead else []),
    ]
    return " ".join(parts) or "Not to be used any more."


def _renamed(name: str) -> str:
    return f"Renamed: use {name}."
