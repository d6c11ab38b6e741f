"""Leaves on what happened: events, follow-ups, arrivals, opportunities, consents."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from profilegraph.domain.records.activity import FollowUp
from profilegraph.domain.records.customers import Consent
from profilegraph.engines.reference.findings import (
    CountedRecords,
    CustomerContext,
    Finding,
    LeafDecision,
    each,
    newest_first,
)
from profilegraph.language import nodes
from profilegraph.language.facts import ArrivalFact, Context, EventFact, OpportunityFact
from profilegraph.language.nodes import (
    Arrivals,
    Consents,
    EventTest,
    FollowUps,
    Leaf,
    OpportunityTest,
    Window,
)
from profilegraph.language.predicates import date_holds, number_holds, text_holds
from profilegraph.language.resolve import in_units, span


def event_holds(test: EventTest, event: EventFact) -> bool:
    """Return whether an event matches a test, regardless of its time."""
    return (
        event.type == test.type
        and (test.channels is None or event.channel in test.channels)
        and (test.content is None or text_holds(test.content, event.content))
        and (test.amount is None or number_holds(in_units(test.amount), event.amount))
    )


def events_in(
    test: EventTest, window: Window | None, events: Iterable[EventFact], context: Context
) -> list[EventFact]:
    """Return the events within a window that match a test."""
    when = span(window, context.now)
    return [event for event in events if event.at in when and event_holds(test, event)]


def opportunity_holds(test: OpportunityTest, sale: OpportunityFact, context: Context) -> bool:
    """Return whether an opportunity matches a test."""
    return (
        (test.stages is None or sale.stage in test.stages)
        and (test.outcomes is None or sale.outcome in test.outcomes)
        and (test.name is None or text_holds(test.name, sale.name))
        and (test.amount is None or number_holds(in_units(test.amount), sale.amount))
        and (test.close_date is None or date_holds(test.close_date, sale.close_date, context.today))
        and (test.reason is None or text_holds(test.reason, sale.reason))
    )


def follow_up_holds(leaf: FollowUps, met: FollowUp, context: Context) -> bool:
    """Return whether a follow-up matches a leaf."""
    return (
        met.at in span(leaf.window, context.now)
        and (leaf.kinds is None or met.kind in leaf.kinds)
        and (leaf.employees is None or met.employee in leaf.employees)
        and (leaf.note is None or text_holds(leaf.note, met.note))
        and (leaf.outcome is None or text_holds(leaf.outcome, met.outcome))
    )


def arrival_holds(leaf: Arrivals, arrival: ArrivalFact, context: Context) -> bool:
    """Return whether an arrival matches a leaf."""
    channels = arrival.channels[:1] if leaf.exact else arrival.channels
    return arrival.at in span(leaf.window, context.now) and (
        leaf.channels is None or not set(leaf.channels).isdisjoint(channels)
    )


def consent_holds(leaf: Consents, word: Consent, context: Context) -> bool:
    """Return whether the latest consent record for a purpose matches a leaf."""
    return (
        word.granted is leaf.granted
        and word.at in span(leaf.window, context.now)
        and (leaf.purposes is None or word.purpose in leaf.purposes)
    )


def latest_consents(consents: Iterable[Consent], now: datetime) -> list[Consent]:
    """Return the latest record for each purpose; of two at the same moment, the refusal."""
    latest: Mapping[str, Consent] = {
        word.purpose: word
        for word in sorted(consents, key=lambda word: (word.at, not word.granted))
        if word.at <= now
    }
    return list(latest.values())


def stopped(leaf: nodes.Stopped, here: CustomerContext) -> Finding:
    """Return whether there are events in one window and none in a later one."""
    events = newest_first(here.facts.events)
    before = events_in(leaf, leaf.did, events, here.context)
    since = events_in(leaf, leaf.did_not, events, here.context)
    return Finding(len(before) >= leaf.at_least and not since, since or before)


def sequence(leaf: nodes.Sequence, here: CustomerContext) -> Finding:
    """Return whether one event was followed by another within the given time."""
    pair = _pair(leaf, newest_first(here.facts.events)[::-1], here.context)
    return Finding(bool(pair), pair)


def _pair(
    leaf: nodes.Sequence, events: Sequence[EventFact], context: Context
) -> tuple[EventFact, ...]:
    """Return the first event that was followed, and the first that followed it; empty if there is none."""
    within = timedelta(days=leaf.within_days)
    followers = events_in(leaf.then, leaf.window, events, context)
    moments = sorted(one.at for one in followers)
    for first in events_in(leaf.first, leaf.window, events, context):
        # Thousands may have followed, or none: it is looked up before they are gone through.
        place = bisect_right(moments, first.at)
        if place < len(moments) and moments[place] <= first.at + within:
            then = next(one for one in followers if first.at < one.at <= first.at + within)
            return first, then
    return ()


def _of_type(leaf: nodes.Events | nodes.EventTotal, here: CustomerContext) -> list[EventFact]:
    return [one for one in here.facts.events if one.type == leaf.type]


def _in_window(
    leaf: nodes.Events | nodes.EventTotal, events: Sequence[EventFact], context: Context
) -> list[EventFact]:
    return events_in(leaf, leaf.window, events, context)


def _total_holds(leaf: nodes.EventTotal, found: Sequence[EventFact]) -> bool:
    return number_holds(in_units(leaf.total), sum(event.amount or 0 for event in found))


LEAVES: Mapping[type[Leaf], LeafDecision] = {
    nodes.Events: CountedRecords(_of_type, _in_window),
    nodes.EventTotal: CountedRecords(_of_type, _in_window, enough=_total_holds),
    nodes.Stopped: stopped,
    nodes.Sequence: sequence,
    nodes.Opportunities: CountedRecords(
        lambda _, here: here.facts.opportunities,
        each(opportunity_holds),
        test=lambda leaf: leaf.where,
    ),
    nodes.FollowUps: CountedRecords(lambda _, here: here.facts.of(FollowUp), each(follow_up_holds)),
    nodes.Arrivals: CountedRecords(lambda _, here: here.facts.arrivals, each(arrival_holds)),
    nodes.Consents: CountedRecords(
        lambda _, here: latest_consents(here.facts.of(Consent), here.context.now),
        each(consent_holds),
    ),
}
