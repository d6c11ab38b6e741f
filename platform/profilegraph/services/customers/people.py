"""The people of a segment: the decision-makers of its members, narrowed by a condition on each."""

from __future__ import annotations

from dataclasses import dataclass

from profilegraph.domain.limits import MAX_PAGE
from profilegraph.errors import InvalidInput
from profilegraph.language.facts import When
from profilegraph.language.nodes import Node, People, PersonTest
from profilegraph.services.evaluation.choosing import engine
from profilegraph.services.platform import Platform
from profilegraph.storage.records.people import CustomerPerson

ANYONE = PersonTest()


@dataclass(frozen=True)
class PeoplePage:
    """Decision-makers in the order of their keys, and whether more follow."""

    seats: tuple[CustomerPerson, ...]
    has_next: bool


async def count(platform: Platform, node: Node, where: PersonTest, when: When) -> int:
    """Return the number of matching decision-makers of the customers that match a filter.

    Raises InvalidFilter if the filter or the condition names something unknown.
    """
    answering = await engine(platform, [node, People(where=where)], when)
    return await answering.count_people(node, where)


async def page(
    platform: Platform,
    node: Node,
    where: PersonTest,
    when: When,
    *,
    first: int,
    after: str | None = None,
) -> PeoplePage:
    """Return at most `first` (1 to 1,000) of these decision-makers, by key, after a key.

    Raises InvalidFilter, and InvalidInput if `first` is out of range.
    """
    if not 1 <= first <= MAX_PAGE:
        raise InvalidInput(f"a page has 1 to {MAX_PAGE} people, not {first}.", where="first")
    answering = await engine(platform, [node, People(where=where)], when)
    seats = await answering.page_of_people(node, where, first=first + 1, after=after)
    return PeoplePage(tuple(seats[:first]), len(seats) > first)
