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
"""The value of one column for one member; several tags or addresses are a tuple of texts."""


@dataclass(frozen=True)
class Heading:
    """A column: its name for programs, such as `identity:email`, and its labels for people."""

    name: str
    labels: Labels


@dataclass(frozen=True)
class Page:
    """Some members, by column name; `number` counts from 1, and its members are the same in every attempt."""

    number: int
    rows: Sequence[Mapping[str, Value]]


@runtime_checkable
class Delivery(Protocol[OptionsT_co]):
    """One list of members to send to one destination.

    Every attempt has the same `id`, members and pages: a destination must accept an id, or a page
    of it, only once. The values of the columns are read again for each attempt.
    """

    @property
    def id(self) -> str:
        """Return the id of the delivery, the same in every attempt."""

    @property
    def segment(self) -> str:
        """Return the key of the segment."""

    @property
    def labels(self) -> Labels:
        """Return the labels of the segment."""

    @property
    def at(self) -> datetime:
        """Return the moment as of which these are the members, UTC."""

    @property
    def members(self) -> int:
        """Return the number of members."""

    @property
    def headings(self) -> Sequence[Heading]:
        """Return the columns of every row."""

    @property
    def options(self) -> OptionsT_co:
        """Return the options that the sender has chosen."""

    def pages(self) -> AsyncIterator[Page]:
        """Return the members, page by page, starting over with each call."""


@runtime_checkable
class Destination(Protocol[OptionsT]):
    """Code that takes the members of a segment somewhere."""

    key: str
    """The destination's key, snake_case, unique over all plugins."""
    labels: Labels
    """The label."""
    options: type[OptionsT]
    """The class of its options, which are given as texts by name."""
    columns: Sequence[str] = ()
    """The columns to send by default; if empty, those of an export."""

    async def send(self, delivery: Delivery[OptionsT]) -> str:
        """Send a delivery, and return a sentence for people that says where it went.

        It is retried if it raises, except for InvalidInput, which is final. It runs in a thread and
        an event loop of its own.
        """
