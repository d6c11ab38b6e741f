"""Destinations: where the members of a segment are sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeAlias, TypeVar, runtime_checkable

from pydantic import BaseModel

from profilegraph.domain.values import Labels

OptionsT = TypeVar("OptionsT", bound=BaseModel)
OptionsT_co = TypeVar("OptionsT_co", bound=BaseModel, covariant=True)
Value: TypeAlias = str | float | bool | date | datetime | tuple[str, ...] | None
"""What one column holds of one member: several tags or addresses are a tuple of texts."""


@dataclass(frozen=True)
class Heading:
    """A column: its name for programs, such as `identity:email`, and its labels for people."""

    name: str
    labels: Labels


@dataclass(frozen=True)
class Page:
    """Some members, by column name; `number` from 1 on, the same members under it in every attempt."""

    number: int
    rows: Sequence[Mapping[str, Value]]


@runtime_checkable
class Delivery(Protocol[OptionsT_co]):
    """One list of members on its way to one destination.

    Every attempt has the same `id`, members and pages: a destination that has taken an id, or a page
    of it, takes it once. What a column says is read anew in each attempt.
    """

    @property
    def id(self) -> str:
        """Return what tells this delivery from all others, in every attempt."""

    @property
    def segment(self) -> str:
        """Return the key of the segment."""

    @property
    def labels(self) -> Labels:
        """Return what people call the segment."""

    @property
    def at(self) -> datetime:
        """Return as of when these are the members, UTC."""

    @property
    def members(self) -> int:
        """Return how many there are."""

    @property
    def headings(self) -> Sequence[Heading]:
        """Return the columns of every row."""

    @property
    def options(self) -> OptionsT_co:
        """Return what whoever sends has chosen."""

    def pages(self) -> AsyncIterator[Page]:
        """Return the members, a page at a time, from the first one on each time it is called."""


@runtime_checkable
class Destination(Protocol[OptionsT]):
    """Code that takes the members of a segment somewhere."""

    key: str
    """The destination's key, snake_case, unique over all plugins."""
    labels: Labels
    """What people read instead of the key."""
    options: type[OptionsT]
    """The class of its options, given as texts by name."""
    columns: Sequence[str] = ()
    """The columns to send unless others are asked for; those of an export if none."""

    async def send(self, delivery: Delivery[OptionsT]) -> str:
        """Take a delivery somewhere, and return a sentence that tells people where.

        It is tried again when it raises, but for InvalidInput: what is wrong then stays wrong.
        It runs in a thread and an event loop of its own.
        """
