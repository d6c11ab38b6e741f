"""What decided a verdict, as a line that people read."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from profilegraph.domain.records.customers import Tagging
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import from_units
from profilegraph.engines.reference.distance import number_of
from profilegraph.engines.reference.evaluator import Verdict
from profilegraph.engines.reference.findings import CohortPlace, Evidence, Neighbour, Value
from profilegraph.language.facts import (
    ArrivalFact,
    ConsentFact,
    EventFact,
    FollowUpFact,
    OpportunityFact,
    OwnerFact,
    PersonFact,
)
from profilegraph.language.nodes import EventTotal
from profilegraph.rendering.languages import Wording, wording
from profilegraph.rendering.phrases import label, plain

_DEEDS = 3
"""How many of a person's events a line tells."""


def evidence_line(found: Evidence, catalogue: Catalogue, locale: str) -> str:
    """Return what was found in deciding a condition as one line in Chinese or English.

    What no taxonomy has any more is called by its key.
    """
    words = wording(locale)
    match found:
        case Tagging():
            tag = label(found.tag, catalogue.tags, locale)
            source = words.sources[found.source]
            return words.tagging.format(tag, plain(found.since), source, found.by or "").strip()
        case Value(key, None):
            return words.unknown.format(_value_label(key, catalogue, locale))
        case Value(key, bool(value)):
            said = words.yes if value else words.no
            return words.known.format(_value_label(key, catalogue, locale), said)
        case Value(key, value):
            return words.known.format(_value_label(key, catalogue, locale), plain(value))
        case EventFact():
            return _event(found, catalogue, words, locale)
        case PersonFact():
            return _person(found, catalogue, words, locale)
        case CohortPlace(salt, share):
            return words.place.format(salt, share)
        case Neighbour():
            return words.neighbour.format(found.name or found.key, found.distance)
        case _:
            return _record(found, words)


def counted_line(verdict: Verdict, locale: str) -> str:
    """Return how much was counted in deciding a condition; empty of one that counts nothing."""
    number = number_of(verdict)
    if number is None:
        return ""
    words = wording(locale)
    line = words.counted.format(len(verdict.evidence))
    if isinstance(verdict.node, EventTotal):
        line = words.comma.join([line, words.has_total.format(plain(number))])
    return line


def evidence_lines(verdict: Verdict, catalogue: Catalogue, locale: str, most: int) -> list[str]:
    """Return how much was counted in deciding a condition, the newest of it, and how many are left."""
    words = wording(locale)
    lines = [evidence_line(one, catalogue, locale) for one in verdict.evidence[:most]]
    left = len(verdict.evidence) - len(lines)
    counted = counted_line(verdict, locale)
    return [*([counted] if counted else []), *lines, *([words.more.format(left)] if left else [])]


def _record(
    found: OpportunityFact | FollowUpFact | ArrivalFact | OwnerFact | ConsentFact, words: Wording
) -> str:
    match found:
        case OpportunityFact():
            outcome = words.sale_outcomes[found.outcome]
            line = words.sale.format(found.name or found.key, outcome)
            amount = None if found.amount is None else _money(found.amount)
            closes = None if found.close_date is None else plain(found.close_date)
            more = (found.stage, amount, closes)
            return words.comma.join([line, *(one for one in more if one)])
        case FollowUpFact():
            line = words.met.format(words.meetings[found.kind], plain(found.at))
            details = (*found.employees, found.outcome, found.note)
            return words.comma.join([line, *(detail for detail in details if detail)])
        case ArrivalFact():
            return words.came.format(found.channels[0], plain(found.at))
        case OwnerFact():
            return words.owner.format(found.name or found.key, plain(found.since))
        case ConsentFact():
            line = words.consented if found.granted else words.refused
            return line.format(found.purpose, plain(found.at))
        case _:
            assert_never(found)


def _money(units: int) -> str:
    """Return an amount as it is kept, to the cent at least: what nearly reaches a limit is below it."""
    amount = from_units(units)
    cents = amount.quantize(Decimal("0.01"))
    return f"{cents if cents == amount else amount.normalize():,f}"


def _value_label(key: str, catalogue: Catalogue, locale: str) -> str:
    return label(key, {**catalogue.attributes, **catalogue.metrics}, locale)


def _event(event: EventFact, catalogue: Catalogue, words: Wording, locale: str) -> str:
    done = label(event.type, catalogue.events, locale)
    line = words.event.format(done, plain(event.at))
    details = [event.channel, event.content]
    if event.amount is not None:
        details.append(_money(event.amount))
    return words.comma.join([line, *(detail for detail in details if detail)])


def _person(person: PersonFact, catalogue: Catalogue, words: Wording, locale: str) -> str:
    parts = [
        person.name or person.key,
        person.title,
        words.roles[person.role] if person.role else None,
    ]
    line = words.comma.join(part for part in parts if part)
    if person.departments:
        department = person.departments[0]
        line += words.of.format(department.name or department.key)
    deeds = [_event(one, catalogue, words, locale) for one in person.events]
    sales = [_record(one.opportunity, words) for one in person.takes_part_in]
    return words.semicolon.join([line, *deeds[:_DEEDS], *sales])
