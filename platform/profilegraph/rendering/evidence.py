"""What decided a verdict, as a line that people read."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from profilegraph.domain.records.customers import Tagging
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Record, from_units
from profilegraph.engines.reference.distance import number_of
from profilegraph.engines.reference.evaluator import Verdict
from profilegraph.engines.reference.findings import CohortPlace, Evidence, Neighbour, Value
from profilegraph.language.facts import (
    ArrivalFact,
    EventFact,
    OpportunityFact,
    OwnerFact,
    PersonFact,
)
from profilegraph.language.nodes import EventTotal
from profilegraph.language.saved_filters import NO_SEGMENTS
from profilegraph.rendering.languages import wording
from profilegraph.rendering.phrases import label, plain
from profilegraph.rendering.sentences import Sentences
from profilegraph.rendering.wording import Wording

_DEEDS = 3
"""How many of a person's events a line tells."""


def evidence_line(found: Evidence, catalogue: Catalogue, locale: str) -> str:
    """Return what was found in deciding a condition as one line.

    What no taxonomy has any more is called by its key.
    """
    words = wording(locale)
    said = words.answers.evidence
    match found:
        case Tagging():
            tag = label(found.tag, catalogue.tags, locale)
            source = words.names.of(found.source)
            return said.tagging.format(tag, plain(found.since), source, found.by or "").strip()
        case Record():
            say = Sentences(catalogue, words, locale, NO_SEGMENTS)
            return words.filters.records[type(found)](found, say)
        case Value(key, None):
            return said.unknown.format(_value_label(key, catalogue, locale))
        case Value(key, bool(value)):
            told = words.yes if value else words.no
            return words.known.format(_value_label(key, catalogue, locale), told)
        case Value(key, value):
            return words.known.format(_value_label(key, catalogue, locale), plain(value))
        case EventFact():
            return _event(found, catalogue, words, locale)
        case PersonFact():
            return _person(found, catalogue, words, locale)
        case CohortPlace(salt, share):
            return said.place.format(salt, share)
        case Neighbour():
            name, steps = found.name or found.key, found.distance
            return words.numbered(said.neighbour, steps, name, steps)
        case _:
            return _fact(found, words)


def counted_line(verdict: Verdict, locale: str) -> str:
    """Return how much was counted in deciding a condition; empty of one that counts nothing."""
    number = number_of(verdict)
    if number is None:
        return ""
    words = wording(locale)
    said = words.answers.evidence
    line = words.numbered(said.counted, len(verdict.evidence))
    if isinstance(verdict.node, EventTotal):
        line = words.comma.join([line, said.total.format(plain(number))])
    return line


def evidence_lines(verdict: Verdict, catalogue: Catalogue, locale: str, most: int) -> list[str]:
    """Return how much was counted in deciding a condition, the newest of it, and how many are left."""
    words = wording(locale)
    lines = [evidence_line(one, catalogue, locale) for one in verdict.evidence[:most]]
    left = len(verdict.evidence) - len(lines)
    counted = counted_line(verdict, locale)
    more = [words.numbered(words.answers.evidence.more, left)] if left else []
    return [*([counted] if counted else []), *lines, *more]


def _fact(found: OpportunityFact | ArrivalFact | OwnerFact, words: Wording) -> str:
    said = words.answers.evidence
    match found:
        case OpportunityFact():
            outcome = words.names.of(found.outcome)
            line = said.sale.format(found.name or found.key, outcome)
            amount = None if found.amount is None else _money(found.amount)
            closes = None if found.close_date is None else plain(found.close_date)
            more = (found.stage, amount, closes)
            return words.comma.join([line, *(one for one in more if one)])
        case ArrivalFact():
            return said.came.format(found.channels[0], plain(found.at))
        case OwnerFact():
            return said.owner.format(found.name or found.key, plain(found.since))
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
    line = words.answers.evidence.event.format(done, plain(event.at))
    details = [event.channel, event.content]
    if event.amount is not None:
        details.append(_money(event.amount))
    return words.comma.join([line, *(detail for detail in details if detail)])


def _person(person: PersonFact, catalogue: Catalogue, words: Wording, locale: str) -> str:
    parts = [
        person.name or person.key,
        person.title,
        words.names.of(person.role) if person.role else None,
    ]
    line = words.comma.join(part for part in parts if part)
    if person.departments:
        department = person.departments[0]
        line += words.answers.evidence.of.format(department.name or department.key)
    deeds = [_event(one, catalogue, words, locale) for one in person.events]
    sales = [_fact(one.opportunity, words) for one in person.takes_part_in]
    return words.semicolon.join([line, *deeds[:_DEEDS], *sales])
