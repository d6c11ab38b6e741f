"""Fields of a plugin's own on `Customer` in the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from profilegraph.domain.values import Labels
from profilegraph.hooks.tables import Table, Tables


@runtime_checkable
class CustomerField(Protocol):
    """A field that is computed when it is asked for, for all customers of an answer at once.

    Derive from it: what is not said then has the value that is given here.
    """

    key: str
    """The field's key, snake_case, unique over all plugins; camelCase in the API."""
    labels: Labels
    """What people read instead of the key."""
    description: Labels
    """What it tells, in one sentence."""
    result: Any
    """The type of one value: str, int, float, bool, date, datetime, a pydantic class, or a list of such."""
    needs: frozenset[type[Table]] = frozenset()
    """The tables that it is given; none unless it says otherwise."""
    event_types: frozenset[str] = frozenset()
    """The types of the events that it is given; empty for all."""

    async def values(self, tables: Tables, now: datetime) -> Sequence[Any]:
        """Return a value for each of the n customers of the tables, in order; None for nothing.

        It runs in a thread and an event loop of its own, and has some seconds.
        """
