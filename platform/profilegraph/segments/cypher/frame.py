"""Where a predicate stands in a query: its customer, its values, names that nobody else uses."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Self

from profilegraph.domain.catalogue import Catalogue
from profilegraph.segments.facts import Context


@dataclass
class Parameters:
    """The values of one query, each under a name of its own."""

    values: dict[str, Any] = field(default_factory=dict)

    def add(self, value: Any) -> str:
        """Return the Cypher name under which a value travels."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"${name}"


@dataclass(frozen=True)
class Frame:
    """What a predicate over one customer needs; each customer within another is a level deeper."""

    catalogue: Catalogue
    context: Context
    parameters: Parameters
    level: int = 0

    def add(self, value: Any) -> str:
        """Return the Cypher name under which a value travels."""
        return self.parameters.add(value)

    def name(self, short: str) -> str:
        """Return a variable that no outer level uses, as a subquery would take it for its own."""
        return f"{short}{self.level or ''}"

    @property
    def customer(self) -> str:
        """Return the variable of the customer that the predicate is about."""
        return self.name("c")

    def inner(self) -> Self:
        """Return the frame of a customer within this one's predicate."""
        return replace(self, level=self.level + 1)
