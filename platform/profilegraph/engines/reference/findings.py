"""Evidence of leaves: the data classes, and the evaluation that counting leaves share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias, TypeVar

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Record
from profilegraph.language.facts import (
    ArrivalFact,
    Context,
    EventFact,
    Facts,
    OpportunityFact,
    OwnerFact,
    PersonFact,
    moment_of,
)
from profilegraph.language.predicates import enough


@dataclass(frozen=True)
class Value:
    """The value of an attribute or a metric; None if the customer has none."""

    key: str
    value: bool | float | date | str | None


@dataclass(frozen=True)
class Neighbour:
    """A matching related customer, and its distance in relations."""

    key: str
    name: str | None
    distance: int


@dataclass(frozen=True)
class CohortPlace:
    """The position of the customer among all, 0 to 1, by a salt."""

    salt: str
    share: float


Evidence: TypeAlias = (
    Record
    | Value
    | CohortPlace
    | EventFact
    | PersonFact
    | OpportunityFact
    | ArrivalFact
    | OwnerFact
    | Neighbour
)
"""What decided a leaf: a tagging or another record, a fact that is more than a record, a value."""


@dataclass(frozen=True)
class CustomerContext:
    """One customer, and everything else that a leaf reads."""

    facts: Facts
    catalogue: Catalogue
    context: Context


@dataclass(frozen=True)
class Finding:
    """The result of a leaf, with the evidence."""

    holds: bool
    evidence: Sequence[Evidence] = ()
    records: Sequence[Evidence] = ()
    """For a leaf that counts: all records of its kind, those that count and others."""


LeafDecision: TypeAlias = Callable[[Any, CustomerContext], Finding]
"""Evaluates the leaves of one type."""


def _many_enough(leaf: Any, found: Sequence[Any]) -> bool:
    return enough(leaf, len(found))


def _itself(leaf: Any) -> Any:
    return leaf


@dataclass(frozen=True)
class CountedRecords:
    """Evaluates a leaf on the number of a customer's records that match."""

    records: Callable[[Any, CustomerContext], Sequence[Any]]
    """Returns the customer's records of the leaf's kind."""
    matching: Callable[[Any, Sequence[Any], Context], Sequence[Any]]
    """Returns the records that pass a test."""
    test: Callable[[Any], Any] = _itself
    """Returns the part of a leaf that is the test."""
    enough: Callable[[Any, Sequence[Any]], bool] = _many_enough
    """Returns whether the leaf is true for the matching records."""
    shown: Callable[[Any, Any, Context], Any] | None = None
    """Returns a record reduced to what the test reads."""

    def __call__(self, leaf: Any, here: CustomerContext) -> Finding:
        """Return whether a matching number of records was found, the newest of them first."""
        test, context = self.test(leaf), here.context
        records = newest_first(self.records(leaf, here))
        found = self.matching(test, records, context)
        holds = self.enough(leaf, found)
        if self.shown is None:
            return Finding(holds, found, records)
        matching = {id(one) for one in found}
        shown = [(self.shown(test, one, context), id(one) in matching) for one in records]
        return Finding(holds, [one for one, counts in shown if counts], [one for one, _ in shown])


def each(
    holds: Callable[[Any, Any, Context], bool],
) -> Callable[[Any, Sequence[Any], Context], Sequence[Any]]:
    """Return the function that selects the records for which a predicate is true."""
    return lambda test, records, context: [one for one in records if holds(test, one, context)]


R = TypeVar("R", bound=Evidence)


def newest_first(records: Sequence[R]) -> list[R]:
    """Return records, the newest first; those without a moment keep their order."""

    def moment(record: Evidence) -> float:
        at = moment_of(record)
        return 0.0 if at is None else -at.timestamp()

    return sorted(records, key=moment)
