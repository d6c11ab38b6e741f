"""The schema: the roots, the extensions, and the SDL that ships as a file."""

from __future__ import annotations

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLSchema,
    assert_valid_schema,
)

from profilegraph.api.mutations import Mutation
from profilegraph.api.plugins.fields import add_customer_fields
from profilegraph.api.plugins.leaves import distinct, leaf_fields
from profilegraph.api.queries import Query
from profilegraph.api.runtime.fallbacks import Fallbacks
from profilegraph.api.runtime.internals import (
    NameConverter,
    StrawberryConfig,
    core_schema,
    replace_core_schema,
)
from profilegraph.api.runtime.operations import RunnableSchema
from profilegraph.api.runtime.partial_answers import keep_errors_at_fields
from profilegraph.api.runtime.permissions import undeclared
from profilegraph.api.runtime.scalars import SCALARS
from profilegraph.api.segments.typed_filters import ByDimension, dimension_fields
from profilegraph.api.subscriptions import Subscription
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.hooks.hosting.host import Host, build_host

NOTHING = Catalogue.of(())
ALONE = build_host(())
"""The host of no plugins."""


class _Names(NameConverter):
    """Names as usual; each is made once, and not again for every argument of every request."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, str] = {}

    def apply_naming_config(self, name: str) -> str:
        """Return the name of a field or an argument in GraphQL."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = super().apply_naming_config(name)
        return known


def build_schema(
    catalogue: Catalogue = NOTHING,
    host: Host = ALONE,
    *,
    compiled: bool = True,
    fallbacks: Fallbacks | None = None,
) -> RunnableSchema:
    """Return the schema of the API, typed by some taxonomies and by what plugins bring.

    Operations are run `compiled` or by graphql-core alone; what is left to it counts as `fallbacks`.
    """
    schema = RunnableSchema(
        Query,
        Mutation,
        Subscription,
        compiled=compiled,
        fallbacks=fallbacks,
        config=StrawberryConfig(scalar_map=SCALARS, name_converter=_Names()),
    )
    _extend(schema, catalogue, host)
    return schema


def _extend(schema: RunnableSchema, catalogue: Catalogue, host: Host) -> None:
    """Give a schema what data adds to it; nobody uses it yet."""
    core = core_schema(schema)
    kinds = core.type_map
    filters, source = kinds["FilterInput"], kinds["TagSource"]
    assert isinstance(filters, GraphQLInputObjectType)  # noqa: S101  (the class has that name)
    assert isinstance(source, GraphQLEnumType)  # noqa: S101
    leaves = leaf_fields(host, kinds)
    dimensions = dimension_fields(catalogue, {**filters.fields, **leaves}, source)
    filters.fields.update(distinct(leaves, dimensions, host))
    filters.fields.update(dimensions)
    filters.out_type = ByDimension(filters.fields)  # type: ignore[method-assign, assignment]
    whole = GraphQLSchema(**core.to_kwargs())
    add_customer_fields(whole, host)
    keep_errors_at_fields(whole)
    assert_valid_schema(whole)
    if missing := undeclared(whole):
        raise TypeError(f"who may ask for {', '.join(missing)}? Declare it by `requires`.")
    replace_core_schema(schema, whole)


def sdl(catalogue: Catalogue, host: Host = ALONE) -> str:
    """Return the schema in GraphQL's own language; `schema/api.graphql` has what ships."""
    return build_schema(catalogue, host).as_str() + "\n"
