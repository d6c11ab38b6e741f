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

    @property
    def key(self) -> str:
        """Return the field's key, snake_case, unique over all plugins; camelCase in the API."""

    @property
    def labels(self) -> Labels:
        """Return what people read instead of the key."""

    @property
    def description(self) -> Labels:
        """Return what it tells, in one sentence."""

    @property
    def result(self) -> Any:
        """Return the type of one value: str, int, float, bool, date, datetime, a pydantic class, or a list of such."""

    @property
    def needs(self) -> frozenset[type[Table]]:
        """Return the tables that it is given; none unless it says otherwise."""
        return frozenset()

    @property
    def event_types(self) -> frozenset[str]:
        """Return the types of the events that it is given; empty for all."""
        return frozenset()

    async def values(self, tables: Tables, now: datetime) -> Sequence[Any]:
        """Return a value for each of the n customers of the tables, in order; None for nothing.

        It runs in a thread and an event loop of its own, and has some seconds.
        """
