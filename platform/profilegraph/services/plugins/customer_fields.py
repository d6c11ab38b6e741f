"""Customer fields that plugins compute on request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from profilegraph.errors import PluginError
from profilegraph.hooks.customer_fields import CustomerField
from profilegraph.services.platform import Platform
from profilegraph.services.plugins.tables import read_tables

FIELD_SECONDS = 5.0
"""The time limit for computing a field for one batch of customers."""


async def field_values(
    platform: Platform, key: str, customers: Sequence[str], now: datetime
) -> list[Any]:
    """Return a field's value for each customer, by key, or None.

    Raises PluginError, which names the plugin, if it fails, takes too long, or returns invalid
    values.
    """
    fields = platform.host.customer_fields
    field, part = fields.get(key), fields.part(key)
    tables = await read_tables(platform.database, customers, field.needs, now, field.event_types)
    here = now.astimezone(platform.deployment.zone)

    async def values() -> list[Any]:
        return _checked(field, await field.values(tables, here), len(customers))

    return await platform.host.guard.call_async(part, FIELD_SECONDS, values)


def _checked(field: CustomerField, values: Sequence[Any], size: int) -> list[Any]:
    if len(values) != size:
        raise PluginError(f"it returned {len(values)} values for {size} customers.")
    try:
        return TypeAdapter(list[field.result | None]).validate_python(list(values), strict=True)  # type: ignore[name-defined]  # a type that is made here
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
        raise PluginError(f"it returned something else than it said: {first['msg']}.") from None
