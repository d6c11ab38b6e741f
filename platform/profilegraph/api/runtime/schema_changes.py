"""Classifies the changes between two schemas by their effect on clients."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import GraphQLError, build_schema
from graphql.utilities import find_breaking_changes, find_dangerous_changes

from profilegraph.errors import InvalidInput


@dataclass(frozen=True)
class SchemaChanges:
    """The changes from one schema to another, each as a sentence."""

    breaking: tuple[str, ...]
    """Changes that make valid documents fail."""
    dangerous: tuple[str, ...]
    """Changes that may surprise readers of answers: a new enum value, another default."""


def schema_changes(old: str, new: str) -> SchemaChanges:
    """Return the changes from one schema to another, in GraphQL's own words.

    Raises InvalidInput if the old one cannot be read.
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
