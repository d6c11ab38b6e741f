"""Leaves on what happened, for one run of the index: events, follow-ups, opportunities, consents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from profilegraph.engines.bitmap.bitmaps import Mask, Ordinals, bitmap_of, masked
from profilegraph.engines.bitmap.columns import numbers_hold
from profilegraph.engines.bitmap.profile import (
    LeafContext,
    LeafFunction,
    counted,
    dates_hold,
    grouped,
)
from profilegraph.engines.bitmap.tables import EVENT, IndexTable
from profilegraph.errors import IndexUnable
from profilegraph.language import nodes
from profilegraph.language.nodes import EventTest, OpportunityTest, TextTest, Window
from profilegraph.language.predicates import number_holds, text_holds
from profilegraph.language.resolve import in_units, span

NO_EVENTS = IndexTable.of(EVENT, ())
_BEYOND = 2**63
_DAY = timedelta(days=1) // timedelta(microseconds=1)


def events(leaf: nodes.Events, here: LeafContext) -> BitMap:
    """Return the customers with a matching number of events."""
    table = events_of(leaf, here)
    return counted(leaf, table, event_rows(leaf, leaf.window, table, here), here)


def events_of(test: EventTest, here: LeafContext) -> IndexTable:
    """Return the events of the test's type."""
    return here.run.events.get(test.type, NO_EVENTS)


def event_rows(
    test: EventTest, window: Window | None, table: IndexTable, here: LeafContext
) -> Mask:
    """Return the mask of the events that match a test within a window of time."""
    masks = [table["at"].within(span(window, here.context.now))]
    if test.channels is not None:
        wanted = frozenset(test.channels)
        masks.append(table["channel"].where(lambda channel: channel in wanted))
    if test.content is not None:
        masks.append(_text(test.content, table["content"]))
    if test.amount is not None:
        masks.append(table["amount"].where(in_units(test.amount)))
    return _both(masks)


def total(leaf: nodes.EventTotal, here: LeafContext) -> BitMap:
    """Return the customers whose sum of event amounts matches; raises IndexUnable."""
    table = events_of(leaf, here)
    rows = event_rows(leaf, leaf.window, table, here)
    test, column = in_units(leaf.total), table["amount"]
    amounts = masked(column.values, rows).astype(np.int64)
    if column.present is not None:
        amounts *= masked(column.present, rows)
    who, sums = _summed(masked(table.customer, rows), amounts)
    found = bitmap_of(who[numbers_hold(test, sums)])
    return found | (here.everyone - bitmap_of(who)) if number_holds(test, 0) else found


def _summed(customers: Ordinals, amounts: NDArray[np.int64]) -> tuple[Ordinals, NDArray[np.int64]]:
    """Return the distinct values of ascending ordinals, and the sum of the amounts of each.

    Raises IndexUnable if a sum may exceed 64 bits.
    """
    who, times = grouped(customers)
    if not len(who):
        return who, times
    largest = max(int(amounts.max()), -int(amounts.min()))
    if largest * int(times.max()) >= _BEYOND:
        raise IndexUnable("the amounts of events may add up to more than 64 bits hold.")
    # What is added up may pass 64 bits and begin anew below; the differences are right all the same.
    return who, np.diff(np.cumsum(amounts)[np.cumsum(times) - 1], prepend=0)


def stopped(leaf: nodes.Stopped, here: LeafContext) -> BitMap:
    """Return the customers with events in one window and none in a later one."""
    table = events_of(leaf, here)
    who, times = grouped(masked(table.customer, event_rows(leaf, leaf.did, table, here)))
    since = masked(table.customer, event_rows(leaf, leaf.did_not, table, here))
    return bitmap_of(who[times >= leaf.at_least]) - bitmap_of(since)


def sequence(leaf: nodes.Sequence, here: LeafContext) -> BitMap:
    """Return the customers with one event followed by another within the given time."""
    (who, at), (others, later) = (
        _when(events_of(test, here), event_rows(test, leaf.window, events_of(test, here), here))
        for test in (leaf.first, leaf.then)
    )
    if not len(who) or not len(others):
        return BitMap()
    place = _behind(who, at, others, later)
    inside = place < len(others)
    place = np.minimum(place, len(others) - 1)
    followed = inside & (others[place] == who) & (later[place] - at <= leaf.within_days * _DAY)
    return bitmap_of(who[followed])


def _when(table: IndexTable, rows: Mask) -> tuple[Ordinals, NDArray[np.int64]]:
    """Return customer and moment of the rows of a mask; per customer, ordered by time."""
    return masked(table.customer, rows), table["at"].microseconds_at(rows)


def _behind(
    who: Ordinals, at: NDArray[np.int64], others: Ordinals, later: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the index in `others` of the same customer's first later moment, shape (n,).

    If there is none, it is the index of another customer's moment, or the end.
    """
    # Both are in order already. Customer and moment become one number to look up by, in which the
    # moment is as exact as 32 bits allow; those of one number are told apart by halving.
    first = min(int(at.min()), int(later.min()))
    grain = (max(int(at.max()), int(later.max())) - first >> 32) + 1
    ours, theirs = (
        whose.astype(np.uint64) << np.uint64(32) | ((moments - first) // grain).astype(np.uint64)
        for whose, moments in ((who, at), (others, later))
    )
    low = np.searchsorted(theirs, ours, side="left")
    high = np.searchsorted(theirs, ours, side="right")
    while len(still := np.flatnonzero(low < high)):
        middle = (low[still] + high[still]) // 2
        beyond = later[middle] > at[still]
        high[still[beyond]] = middle[beyond]
        low[still[~beyond]] = middle[~beyond] + 1
    return low


def opportunities(leaf: nodes.Opportunities, here: LeafContext) -> BitMap:
    """Return the customers with a matching number of opportunities."""
    table = here.run.tables["opportunities"]
    return counted(leaf, table, opportunity_rows(leaf.where, table, here), here)


def opportunity_rows(test: OpportunityTest, table: IndexTable, here: LeafContext) -> Mask:
    """Return the mask of the opportunities that match a test."""
    masks = [table.everything()]
    if test.stages is not None:
        stages = frozenset(test.stages)
        masks.append(table["stage"].where(lambda stage: stage in stages))
    if test.outcomes is not None:
        outcomes = frozenset(test.outcomes)
        masks.append(table["outcome"].where(lambda outcome: outcome in outcomes))
    if test.name is not None:
        masks.append(_text(test.name, table["name"]))
    if test.amount is not None:
        masks.append(table["amount"].where(in_units(test.amount)))
    if test.close_date is not None:
        closes = table["close_date"]
        mask = dates_hold(test.close_date, closes.values, here.context)
        masks.append(mask if closes.present is None else mask & closes.present)
    if test.reason is not None:
        masks.append(_text(test.reason, table["reason"]))
    return _both(masks)


def follow_ups(leaf: nodes.FollowUps, here: LeafContext) -> BitMap:
    """Return the customers with a matching number of follow-ups."""
    table = here.run.tables["follow_ups"]
    masks = [table["at"].within(span(leaf.window, here.context.now))]
    if leaf.kinds is not None:
        kinds = frozenset(leaf.kinds)
        masks.append(table["kind"].where(lambda kind: kind in kinds))
    if leaf.employees is not None:
        employees = frozenset(leaf.employees)
        masks.append(table["employee"].where(lambda keys: not employees.isdisjoint(keys)))
    if leaf.note is not None:
        masks.append(_text(leaf.note, table["note"]))
    if leaf.outcome is not None:
        masks.append(_text(leaf.outcome, table["outcome"]))
    return counted(leaf, table, _both(masks), here)


def consents(leaf: nodes.Consents, here: LeafContext) -> BitMap:
    """Return the customers with a matching number of purposes by their latest consent records."""
    table = here.run.tables["consents"]
    granted = table["granted"].where(lambda value: value is True)
    masks = [
        _latest(table, granted, table["at"].within(span(None, here.context.now))),
        granted == leaf.granted,
        table["at"].within(span(leaf.window, here.context.now)),
    ]
    if leaf.purposes is not None:
        purposes = frozenset(leaf.purposes)
        masks.append(table["purpose"].where(lambda purpose: purpose in purposes))
    return counted(leaf, table, _both(masks), here)


def _latest(table: IndexTable, granted: Mask, said: Mask) -> Mask:
    """Return the mask of the latest record for each purpose; of two at the same moment, the refusal."""
    places = np.flatnonzero(said)
    customer, purpose = table.customer[places], table["purpose"].codes[places]
    moment = table["at"].counts[places]
    order = np.lexsort((~granted[places], moment, purpose, customer))
    places, customer, purpose = places[order], customer[order], purpose[order]
    other = (customer[1:] != customer[:-1]) | (purpose[1:] != purpose[:-1])
    mask = np.zeros(len(table), np.bool_)
    last = np.ones(min(len(places), 1), np.bool_)
    mask[places[np.append(other, last)]] = True
    return mask


def _text(test: TextTest, column: Any) -> Mask:
    mask: Mask = column.where(lambda value: text_holds(test, value))
    return mask


def _both(masks: Sequence[Mask]) -> Mask:
    mask: Mask = np.logical_and.reduce(masks)
    return mask


LEAVES: Mapping[type[nodes.Leaf], LeafFunction] = {
    nodes.Events: events,
    nodes.EventTotal: total,
    nodes.Stopped: stopped,
    nodes.Sequence: sequence,
    nodes.Opportunities: opportunities,
    nodes.FollowUps: follow_ups,
    nodes.Consents: consents,
}
