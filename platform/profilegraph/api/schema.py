"""The schema: the roots, the extensions, and the SDL that ships as a file."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter
from strawberry.types.field import StrawberryField

from profilegraph.api.executor import EXTENSIONS, QuietSchema
from profilegraph.api.mutations import Mutation
from profilegraph.api.plans import PlannedExecutor
from profilegraph.api.queries import Query
from profilegraph.api.scalars import SCALARS
from profilegraph.api.subscriptions import Subscription


class _Names(NameConverter):
    """Names as usual; each is made once, and not again for every argument of every request."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[int, str] = {}

    def from_field(self, field: StrawberryField) -> str:
        """Return what a field is called; fields live as long as the schema."""
        name = self._known.get(id(field))
        if name is None:
            name = self._known[id(field)] = super().from_field(field)
        return name


def build_schema() -> strawberry.Schema:
    """Return the schema of the API."""
    return QuietSchema(
        Query,
        Mutation,
        Subscription,
        extensions=EXTENSIONS,
        execution_context_class=PlannedExecutor,
        config=StrawberryConfig(
            scalar_map=SCALARS, disable_field_suggestions=True, name_converter=_Names()
        ),
    )


def sdl() -> str:
    """Return the schema in GraphQL's own language, as `schema/api.graphql` has it."""
    return build_schema().as_str() + "\n"
