"""Leaves on people, for one run of the index: decision-makers, and the employees who own customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from profilegraph.engines.bitmap.activity import event_rows, events_of, opportunity_rows
from profilegraph.engines.bitmap.bitmaps import Mask, Ordinals, ordinals_of
from profilegraph.engines.bitmap.profile import LeafContext, LeafFunction, counted, often_enough
from profilegraph.engines.bitmap.run import IndexRun
from profilegraph.engines.bitmap.tables import IndexTable, References
from profilegraph.language import nodes
from profilegraph.language.nodes import DepartmentTest, Events, ParticipationTest, PersonTest
from profilegraph.language.predicates import text_holds
from profilegraph.language.resolve import span


def people(leaf: nodes.People, here: LeafContext) -> BitMap:
    """Return the customers with a matching number of decision-makers."""
    table = here.run.tables["people"]
    return counted(leaf, table, person_rows(leaf.where, here), here)


def person_rows(test: PersonTest, here: LeafContext) -> Mask:
    """Return the mask of the decision-makers that match a test."""
    table = here.run.tables["people"]
    mask = table.everything()
    title, number = test.title, table["number"]
    if test.roles is not None:
        roles = frozenset(test.roles)
        mask &= table["role"].where(lambda role: role in roles)
    if title is not None:
        mask &= table["title"].where(lambda value: text_holds(title, value))
    if test.influence is not None:
        mask &= table["influence"].where(test.influence)
    if test.stance is not None:
        mask &= table["stance"].where(test.stance)
    if test.chain_depth is not None:
        mask &= table["depth"].where(test.chain_depth)
    if test.department is not None:
        mask &= number.of(_working(test.department, here))
    if test.did is not None:
        mask &= number.of(_doing(test.did, here))
    if test.takes_part_in is not None:
        mask &= number.of(_taking_part(test.takes_part_in, here))
    return mask


@dataclass(frozen=True)
class SelectedPeople:
    """Decision-makers of a run, by row number, with the ordinal of each one's customer."""

    run: IndexRun
    numbers: Ordinals
    customers: Ordinals

    def page(self, first: int, after: str | None) -> list[tuple[str, str]]:
        """Return the keys of at most `first` people and of their customers, after the key `after`."""
        keys, customers = self.run.people, self.customers
        ranks = keys.ranks(self.numbers)
        if after is not None:
            behind = ranks >= keys.behind(after)
            ranks, customers = ranks[behind], customers[behind]
        if len(ranks) > first:
            places = np.argpartition(ranks, first - 1)[:first]
            ranks, customers = ranks[places], customers[places]
        order = np.argsort(ranks)
        at = self.run.keys.ranks(customers[order])
        return [
            (keys.key(rank), self.run.keys.key(where))
            for rank, where in zip(ranks[order].tolist(), at.tolist(), strict=True)
        ]


def chosen(test: PersonTest, some: BitMap, here: LeafContext) -> SelectedPeople:
    """Return the matching decision-makers of some customers."""
    table = here.run.tables["people"]
    rows = person_rows(test, here) & np.isin(table.customer, ordinals_of(some))
    return SelectedPeople(here.run, table["number"].numbers.values[rows], table.customer[rows])


def page_of_people(
    parts: Sequence[SelectedPeople], first: int, after: str | None
) -> list[tuple[str, str]]:
    """Return the keys of at most `first` people and of their customers, ordered by the people's keys."""
    return list(islice(merge(*(one.page(first, after) for one in parts)), first))


def _working(test: DepartmentTest, here: LeafContext) -> Mask:
    table = here.run.tables["workplaces"]
    mask, name = table.everything(), test.name
    if test.exact:
        mask &= table["run"].values == 0
    if test.functions is not None:
        functions = frozenset(test.functions)
        mask &= table["function"].where(lambda function: function in functions)
    if name is not None:
        mask &= table["name"].where(lambda value: text_holds(name, value))
    return _counts(table["person"], mask, here) > 0


def _doing(test: Events, here: LeafContext) -> Mask:
    table = events_of(test, here)
    times = _counts(table["person"], event_rows(test, test.window, table, here), here)
    return often_enough(test, times)


def _taking_part(test: ParticipationTest, here: LeafContext) -> Mask:
    sales, table = here.run.tables["opportunities"], here.run.tables["parts"]
    chosen = np.zeros(here.run.numbers["opportunities"], np.bool_)
    chosen[sales["number"].numbers.values[opportunity_rows(test.where, sales, here)]] = True
    mask = table["opportunity"].of(chosen)
    if test.roles is not None:
        roles = frozenset(test.roles)
        mask &= table["role"].where(lambda role: role in roles)
    return _counts(table["person"], mask, here) > 0


def _counts(person: References, rows: Mask, here: LeafContext) -> NDArray[np.int64]:
    return person.counted(rows, here.run.numbers["people"])


def owners(leaf: nodes.Owners, here: LeafContext) -> BitMap:
    """Return the customers with a matching number of owners."""
    table = here.run.tables["owners"]
    mask = table["since"].within(span(leaf.window, here.context.now))
    if leaf.employees is not None:
        employees = frozenset(leaf.employees)
        mask &= table["employee"].where(lambda key: key in employees)
    return counted(leaf, table, mask, here)


def teams(leaf: nodes.Teams, here: LeafContext) -> BitMap:
    """Return the customers with a matching number of owners in such a team."""
    table = here.run.tables["owners"]
    chains = here.trees.teams

    def asked(employee: str) -> bool:
        chain = chains.get(employee, ())[: 1 if leaf.exact else None]
        return bool(chain if leaf.teams is None else set(leaf.teams).intersection(chain))

    mask = _owned(table, here) & table["employee"].where(asked)
    return counted(leaf, table, mask, here)


def arrivals(leaf: nodes.Arrivals, here: LeafContext) -> BitMap:
    """Return the customers with a matching number of arrivals."""
    table = here.run.tables["arrivals"]
    mask = table["at"].within(span(leaf.window, here.context.now))
    wanted, chains = leaf.channels, here.trees.channels
    if wanted is not None:
        keys = frozenset(wanted)
        end = 1 if leaf.exact else None
        # A channel that is gone meanwhile is its own: whoever read the trees found no others.
        mask &= table["channel"].where(
            lambda key: not keys.isdisjoint(chains.get(key, (key,))[:end])
        )
    return counted(leaf, table, mask, here)


def _owned(table: IndexTable, here: LeafContext) -> Mask:
    mask: Mask = table["since"].within(span(None, here.context.now))
    return mask


LEAVES: Mapping[type[nodes.Leaf], LeafFunction] = {
    nodes.People: people,
    nodes.Owners: owners,
    nodes.Teams: teams,
    nodes.Arrivals: arrivals,
}
