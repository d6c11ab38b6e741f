"""Fields that plugins add to `Customer` in the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from profilegraph.domain.values import Labels
from profilegraph.hooks.tables import Table, Tables


@runtime_checkable
class CustomerField(Protocol):
    """A field that is computed on request, for all customers of an answer at once.

    Derive from it; the attributes have defaults.
    """

    key: str
    """The field's key, snake_case, unique over all plugins; camelCase in the API."""
    labels: Labels
    """The label."""
    description: Labels
    """The description, in one sentence."""
    result: Any
    """The type of one value: str, int, float, bool, date, datetime, a pydantic class, or a list of such."""
    needs: frozenset[type[Table]] = frozenset()
    """The tables that it is called with; none by default."""
    event_types: frozenset[str] = frozenset()
    """The types of the events in its tables; empty for all."""

    async def values(self, tables: Tables, now: datetime) -> Sequence[Any]:
        """Return a value for each of the n customers of the tables, in order, or None.

        It runs in a thread and an event loop of its own, with a time limit of some seconds.
        """
