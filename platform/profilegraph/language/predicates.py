"""Whether one thing that is known passes what a filter asks of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from profilegraph.domain.records.customers import Tagging
from profilegraph.language.facts import (
    ArrivalFact,
    ConsentFact,
    Context,
    EventFact,
    Facts,
    FollowUpFact,
    OpportunityFact,
    OwnerFact,
    ParticipationFact,
    PersonFact,
)
from profilegraph.language.nodes import (
    Arrivals,
    Consents,
    DateTest,
    DepartmentTest,
    EventTest,
    FollowUps,
    NumberTest,
    OpportunityTest,
    Owners,
    ParticipationTest,
    PersonTest,
    Tags,
    Teams,
    TextTest,
    Window,
    bounds,
)
from profilegraph.language.nodes.parts import Counted
from profilegraph.language.resolve import in_units, span


def enough(counted: Counted, number: int) -> bool:
    """Return whether a number lies within what was asked for."""
    least, most = bounds(counted)
    return least <= number and (most is None or number <= most)


def visible(facts: Facts, context: Context) -> bool:
    """Return whether a customer is there for whoever asks: not merged away, and in scope."""
    return facts.merged_into is None and (
        context.scope is None or any(_in_scope(owner, context) for owner in facts.owners)
    )


def _in_scope(owner: OwnerFact, context: Context) -> bool:
    scope = context.scope
    return (
        scope is not None
        and owner.since <= (context.present or context.now)
        and (owner.key in scope.employees or not scope.teams.isdisjoint(owner.teams))
    )


def carried(tagging: Tagging, context: Context) -> bool:
    """Return whether a customer carries a tagging now."""
    return tagging.since <= context.now and (tagging.until is None or tagging.until > context.now)


def tagging_holds(leaf: Tags, tagging: Tagging, context: Context) -> bool:
    """Return whether a tagging, whatever its tag and whether it is carried, is as asked."""
    within = leaf.tagged_within_days
    return (
        (leaf.min_confidence is None or tagging.confidence >= leaf.min_confidence)
        and (leaf.min_weight is None or tagging.weight >= leaf.min_weight)
        and (leaf.source is None or tagging.source is leaf.source)
        and (within is None or tagging.since > context.now - timedelta(days=within))
        and (leaf.weekday is None or leaf.weekday in tagging.weekdays)
    )


def event_holds(test: EventTest, event: EventFact) -> bool:
    """Return whether an event is as asked, whenever it was."""
    return (
        event.type == test.type
        and (test.channels is None or event.channel in test.channels)
        and (test.content is None or text_holds(test.content, event.content))
        and (test.amount is None or number_holds(in_units(test.amount), event.amount))
    )


def events_in(
    test: EventTest, window: Window | None, events: Iterable[EventFact], context: Context
) -> list[EventFact]:
    """Return the events of a span of time that are as asked."""
    when = span(window, context.now)
    return [event for event in events if event.at in when and event_holds(test, event)]


def person_holds(test: PersonTest, person: PersonFact, context: Context) -> bool:
    """Return whether a decision-maker is as asked."""
    return (
        (test.roles is None or person.role in test.roles)
        and (test.title is None or text_holds(test.title, person.title))
        and (test.department is None or _works_in(test.department, person))
        and (test.influence is None or number_holds(test.influence, person.influence))
        and (test.stance is None or number_holds(test.stance, person.stance))
        and (test.chain_depth is None or number_holds(test.chain_depth, person.chain_depth))
        and _acts_as_asked(test, person, context)
    )


def as_asked(test: PersonTest, person: PersonFact, context: Context) -> PersonFact:
    """Return a person with those events and parts in sales alone that the condition asks for."""
    did, part = test.did, test.takes_part_in
    events = () if did is None else events_in(did, did.window, person.events, context)
    parts = (one for one in person.takes_part_in if part and _takes_part(part, one, context))
    return replace(person, events=tuple(events), takes_part_in=tuple(parts))


def _acts_as_asked(test: PersonTest, person: PersonFact, context: Context) -> bool:
    did, part = test.did, test.takes_part_in
    return (
        did is None or enough(did, len(events_in(did, did.window, person.events, context)))
    ) and (part is None or any(_takes_part(part, one, context) for one in person.takes_part_in))


def _works_in(test: DepartmentTest, person: PersonFact) -> bool:
    departments = person.departments[:1] if test.exact else person.departments
    return any(
        (test.functions is None or department.function in test.functions)
        and (test.name is None or text_holds(test.name, department.name))
        for department in departments
    )


def _takes_part(test: ParticipationTest, part: ParticipationFact, context: Context) -> bool:
    return (test.roles is None or part.role in test.roles) and opportunity_holds(
        test.where, part.opportunity, context
    )


def opportunity_holds(test: OpportunityTest, sale: OpportunityFact, context: Context) -> bool:
    """Return whether a possible sale is as asked."""
    return (
        (test.stages is None or sale.stage in test.stages)
        and (test.outcomes is None or sale.outcome in test.outcomes)
        and (test.name is None or text_holds(test.name, sale.name))
        and (test.amount is None or number_holds(in_units(test.amount), sale.amount))
        and (test.close_date is None or date_holds(test.close_date, sale.close_date, context.today))
        and (test.reason is None or text_holds(test.reason, sale.reason))
    )


def follow_up_holds(leaf: FollowUps, met: FollowUpFact, context: Context) -> bool:
    """Return whether a follow-up is as asked."""
    return (
        met.at in span(leaf.window, context.now)
        and (leaf.kinds is None or met.kind in leaf.kinds)
        and (leaf.employees is None or not set(leaf.employees).isdisjoint(met.employees))
        and (leaf.note is None or text_holds(leaf.note, met.note))
        and (leaf.outcome is None or text_holds(leaf.outcome, met.outcome))
    )


def arrival_holds(leaf: Arrivals, arrival: ArrivalFact, context: Context) -> bool:
    """Return whether the customer came when and by what was asked."""
    channels = arrival.channels[:1] if leaf.exact else arrival.channels
    return arrival.at in span(leaf.window, context.now) and (
        leaf.channels is None or not set(leaf.channels).isdisjoint(channels)
    )


def owner_holds(leaf: Owners, owner: OwnerFact, context: Context) -> bool:
    """Return whether an owner is as asked."""
    return owner.since in span(leaf.window, context.now) and (
        leaf.employees is None or owner.key in leaf.employees
    )


def team_holds(leaf: Teams, owner: OwnerFact, context: Context) -> bool:
    """Return whether an owner is in such a team."""
    teams = owner.teams[:1] if leaf.exact else owner.teams
    asked = teams if leaf.teams is None else set(leaf.teams).intersection(teams)
    return owner.since <= context.now and bool(asked)


def consent_holds(leaf: Consents, word: ConsentFact, context: Context) -> bool:
    """Return whether the latest word for a purpose is as asked."""
    return (
        word.granted is leaf.granted
        and word.at in span(leaf.window, context.now)
        and (leaf.purposes is None or word.purpose in leaf.purposes)
    )


def latest_words(consents: Iterable[ConsentFact], now: datetime) -> list[ConsentFact]:
    """Return the word that counts for each purpose: the latest, of two at once the refusal."""
    latest: Mapping[str, ConsentFact] = {
        word.purpose: word
        for word in sorted(consents, key=lambda word: (word.at, not word.granted))
        if word.at <= now
    }
    return list(latest.values())


def number_holds(test: NumberTest, value: float | None) -> bool:
    """Return whether a number passes every comparison that is given; false of no number."""
    return value is not None and _all_hold(
        (test.eq, lambda eq: value == eq),
        (test.ne, lambda ne: value != ne),
        (test.among, lambda numbers: value in numbers),
        (test.lt, lambda limit: value < limit),
        (test.lte, lambda limit: value <= limit),
        (test.gt, lambda limit: value > limit),
        (test.gte, lambda limit: value >= limit),
        (test.between, lambda ends: ends[0] <= value <= ends[1]),
    )


def text_holds(test: TextTest, value: str | None) -> bool:
    """Return whether a string passes every comparison that is given; false of no string."""
    return value is not None and _all_hold(
        (test.eq, lambda eq: value == eq),
        (test.ne, lambda ne: value != ne),
        (test.among, lambda texts: value in texts),
        (test.contains, lambda part: part in value),
        (test.starts_with, lambda start: value.startswith(start)),
    )


def date_holds(test: DateTest, value: date | None, today: date) -> bool:
    """Return whether a date passes every comparison that is given; false of no date."""
    return value is not None and _all_hold(
        (test.eq, lambda eq: value == eq),
        (test.ne, lambda ne: value != ne),
        (test.lt, lambda limit: value < limit),
        (test.lte, lambda limit: value <= limit),
        (test.gt, lambda limit: value > limit),
        (test.gte, lambda limit: value >= limit),
        (test.between, lambda ends: ends[0] <= value <= ends[1]),
        (test.in_last_days, lambda days: today - timedelta(days=days) < value <= today),
        (test.in_next_days, lambda days: today < value <= today + timedelta(days=days)),
    )


def _all_hold(*comparisons: tuple[Any, Callable[[Any], bool]]) -> bool:
    return all(holds(wanted) for wanted, holds in comparisons if wanted is not None)
