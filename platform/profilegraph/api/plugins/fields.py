"""Adds the fields of plugins to `Customer` when a schema is made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema
from pydantic.alias_generators import to_camel
from strawberry.dataloader import DataLoader

from profilegraph.api.plugins.types import OutputTypes, serialized
from profilegraph.errors import PluginError
from profilegraph.hooks.customer_fields import CustomerField
from profilegraph.hooks.hosting.host import Host
from profilegraph.hooks.shapes import Shape
from profilegraph.services.platform import Platform
from profilegraph.services.plugins.customer_fields import field_values

AT_ONCE = 1_000
"""Customers of whom a plugin is asked at once."""


class FieldLoaders:
    """Reads plugins' fields for one request, each for many customers at once."""

    def __init__(self, platform: Platform, now: datetime) -> None:
        self._platform = platform
        self._now = now
        self._loaders: dict[str, DataLoader[str, Any]] = {}

    async def load(self, field: str, customer: str) -> Any:
        """Return the value of a field, by its key, of a customer; raises PluginError."""
        if field not in self._loaders:
            read = partial(_read, self._platform, self._now, field)
            self._loaders[field] = DataLoader(read, max_batch_size=AT_ONCE)
        return await self._loaders[field].load(customer)


async def _read(platform: Platform, now: datetime, field: str, customers: list[str]) -> list[Any]:
    return await field_values(platform, field, customers, now)


def add_customer_fields(schema: GraphQLSchema, host: Host) -> None:
    """Give the customers of a schema that nobody uses yet the fields that plugins bring.

    One that cannot be told, or whose name is taken, is left out; the plugin is named as failing.
    """
    customer = schema.type_map["Customer"]
    assert isinstance(customer, GraphQLObjectType)  # noqa: S101  (the class has that name)
    for field in host.customer_fields:
        try:
            name, made, types = _field(field, schema, customer)
        except Exception as error:  # noqa: BLE001  (whatever a partner's classes are made of)
            host.guard.failed(host.customer_fields.part(field.key), error)
            continue
        customer.fields[name] = made
        schema.type_map.update(types.made)


def _field(
    field: CustomerField, schema: GraphQLSchema, customer: GraphQLObjectType
) -> tuple[str, GraphQLField, OutputTypes]:
    name = to_camel(field.key)
    if name in customer.fields:
        raise PluginError(f"a customer has a field {name!r} already.", hint="Rename the plugin's.")
    types = OutputTypes(field.key, schema.type_map)  # type: ignore[arg-type]  # read by output names alone
    shape, kind = types.of(field.result)
    labels, said = field.labels, field.description
    description = "\n\n".join([labels.joined, *said.by_locale.values()])
    made = GraphQLField(kind, description=description, resolve=_resolver(field.key, shape))
    return name, made, types


def _resolver(key: str, shape: Shape) -> Callable[..., Awaitable[Any]]:
    async def resolve(source: Any, info: GraphQLResolveInfo[Any]) -> Any:
        return serialized(
            await info.context.load.customer_fields.load(key, source.key), shape, info
        )

    return resolve
