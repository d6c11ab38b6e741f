"""The schema: the roots, the extensions, and the SDL that ships as a file."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from profilegraph.api.executor import EXTENSIONS, QuietSchema
from profilegraph.api.mutations import Mutation
from profilegraph.api.queries import Query
from profilegraph.api.scalars import SCALARS
from profilegraph.api.subscriptions import Subscription


def build_schema() -> strawberry.Schema:
    """Return the schema of the API."""
    return QuietSchema(
        Query,
        Mutation,
        Subscription,
        extensions=EXTENSIONS,
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
    )


def sdl() -> str:
    """Return the schema in GraphQL's own language, as `schema/api.graphql` has it."""
    return build_schema().as_str() + "\n"
