"""What a change of the schema means to those who ask by it: from two schemas as text."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import GraphQLError, build_schema
from graphql.utilities import find_breaking_changes, find_dangerous_changes

from profilegraph.errors import InvalidInput


@dataclass(frozen=True)
class SchemaChanges:
    """What changed from one schema to another, each in a sentence."""

    breaking: tuple[str, ...]
    """What makes documents fail that were valid before."""
    dangerous: tuple[str, ...]
    """What may surprise those who read answers: another value of an enum, another default."""


def schema_changes(old: str, new: str) -> SchemaChanges:
    """Return what changed from one schema to another, in GraphQL's own language.

    Raises InvalidInput where the old one cannot be read.
    """
    try:
        before = build_schema(old)
    except (GraphQLError, TypeError) as fault:
        raise InvalidInput(f"the older schema cannot be read: {fault}") from fault
    after = build_schema(new)
    return SchemaChanges(
        tuple(one.description for one in find_breaking_changes(before, after)),
        tuple(one.description for one in find_dangerous_changes(before, after)),
    )
