"""What is asked of one thing, in words: a value, an event, a person, a possible sale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any

from pydantic.alias_generators import to_snake

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Definition
from profilegraph.language.nodes import (
    Arrivals,
    BooleanTest,
    DateTest,
    DepartmentTest,
    Events,
    EventTest,
    NumberTest,
    Opportunities,
    ParticipationTest,
    PersonTest,
    Teams,
    TextTest,
    Window,
    bounds,
)
from profilegraph.language.nodes.parts import Counted, NodePart
from profilegraph.rendering.wording import Wording
from profilegraph.rendering.wording.filters import CountWording
from profilegraph.rendering.wording.plurals import Plural


class CountShape(StrEnum):
    """In which way a number is asked for; the words of languages are called so."""

    ONCE = "once"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    EXACTLY = "exactly"
    BETWEEN = "between"
    NEVER = "never"


@dataclass(frozen=True)
class Phrases:
    """Writes the parts of leaves in one language, with the catalogue's labels."""

    catalogue: Catalogue
    words: Wording
    locale: str

    def counted(self, leaf: Counted, what: str, details: Iterator[str] | Sequence[str]) -> str:
        """Return how many things are asked for, and what is asked of each; `what` is in `counts`."""
        said = self.words.comma.join(details)
        return self.number(leaf, what) + (self.words.filters.who.format(said) if said else "")

    def number(self, leaf: Counted, what: str) -> str:
        """Return how many things are asked for; `what` is in `counts`."""
        counts = self.words.filters.counts
        words: CountWording = getattr(counts, to_snake(what))
        match shape(leaf):
            case CountShape.ONCE:
                return words.once
            case CountShape.NEVER:
                return words.never
            case many:
                least, most = bounds(leaf)
                text: str = getattr(counts, many)
                things = words.things.form(self.words.plural(most or least))
                return text.format(least, most, things)

    def details(self, part: NodePart, what: str) -> Iterator[str]:
        """Yield what a part of a filter asks of one thing; `what` is in `details`."""
        words = getattr(self.words.filters.details, to_snake(what), None)
        for name, value in part.given().items():
            if isinstance(value, Window):
                yield self.window(value)
            elif (text := getattr(words, name, None)) is not None:
                yield text.format(self.value(value))

    def value(self, value: Any) -> str:
        """Return what a field of a part of a filter says."""
        if isinstance(value, NumberTest | TextTest | DateTest | BooleanTest):
            return self.test(value)
        if isinstance(value, tuple):
            return self.words.comma.join(map(self.value, value))
        return self.words.names.of(value) if isinstance(value, Enum) else plain(value)

    def test(self, test: NumberTest | TextTest | DateTest | BooleanTest) -> str:
        """Return how a value compares."""
        words = self.words.filters.comparisons
        return self.words.comma.join(
            self.said(getattr(words, name), value, *self._operands(value))
            for name, value in test.given().items()
        )

    def said(self, text: str | Plural, value: Any, *values: str) -> str:
        """Return a text with values in it, in its form for the number that is said."""
        if isinstance(text, Plural):
            return self.words.numbered(text, value, *values)
        return text.format(*values)

    def _operands(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, tuple) and len(value) == 2 and not isinstance(value[0], str):
            return (*map(plain, value), self.listed(value))
        if isinstance(value, tuple):
            return (self.listed(value),) * 3
        if isinstance(value, bool):
            return (self.words.yes if value else self.words.no,)
        return (plain(value),)

    def listed(self, values: Sequence[Any]) -> str:
        """Return values one after the other."""
        return self.words.comma.join(plain(value) for value in values)

    def window(self, window: Window) -> str:
        """Return a span of time."""
        words = self.words.filters.windows
        return self.words.comma.join(
            self.said(getattr(words, name), value, plain(value))
            for name, value in window.given().items()
        )

    def label(self, key: str, known: Mapping[str, Definition]) -> str:
        """Return what people call something; its key, marked, where no taxonomy has it any more."""
        return label(key, known, self.locale) if key in known else self.words.gone.format(key)

    def event_label(self, test: EventTest) -> str:
        """Return what kind of event is asked for."""
        return self.label(test.type, self.catalogue.events)

    def event_details(self, test: EventTest) -> Iterator[str]:
        """Yield what is asked of an event besides its type."""
        words = self.words.filters
        if test.channels is not None:
            yield words.by_channel.format(self.listed(test.channels))
        if test.content is not None:
            yield words.content + self.test(test.content)
        if test.amount is not None:
            yield words.amount + self.test(test.amount)

    def event(self, leaf: Events) -> str:
        """Return how often something was done."""
        words = self.words.filters
        least, most = bounds(leaf)
        many = self.said(getattr(words.times, shape(leaf)), most or least, str(least), str(most))
        when = [] if leaf.window is None else [self.window(leaf.window)]
        did = words.did.format(self.event_label(leaf)) + many
        return self.words.comma.join([did, *when, *self.event_details(leaf)])

    def one_event(self, test: EventTest) -> str:
        """Return what is asked of one event."""
        details = self.words.comma.join(self.event_details(test))
        words = self.words.filters
        done = words.did.format(self.event_label(test))
        return done + (words.who.format(details) if details else "")

    def person(self, test: PersonTest) -> Iterator[str]:
        """Yield what is asked of a decision-maker."""
        words = self.words.filters
        if test.roles is not None:
            yield words.role.format(self.value(test.roles))
        if test.title is not None:
            yield words.title + self.test(test.title)
        if test.department is not None:
            yield self._department(test.department)
        if test.influence is not None:
            yield words.influence + self.test(test.influence)
        if test.stance is not None:
            yield words.stance + self.test(test.stance)
        if test.chain_depth is not None:
            yield words.chain_depth + self.test(test.chain_depth)
        if test.did is not None:
            yield self.event(test.did)

        if test.takes_part_in is not None:
            yield self._participation(test.takes_part_in)

    def _department(self, test: DepartmentTest) -> str:
        words, parts = self.words.filters, []
        if test.functions is not None:
            parts.append(self.value(test.functions))
        if test.name is not None:
            parts.append(words.named + self.test(test.name))
        text = words.works_in.format(self.words.comma.join(parts))
        return text + ("" if test.exact else words.or_below_it)

    def _participation(self, test: ParticipationTest) -> str:
        words = self.words.filters
        details = list(self.details(test.where, Opportunities.NAME))
        if test.roles is not None:
            details.append(words.person_role.format(self.value(test.roles)))
        said = words.who.format(self.words.comma.join(details)) if details else ""
        return words.takes_part.format(said)

    def arrival(self, leaf: Arrivals) -> Iterator[str]:
        """Yield what is asked of an arrival."""
        if leaf.channels is not None:
            below = "" if leaf.exact else self.words.filters.or_below_channel
            yield self.words.filters.came_by.format(self.listed(leaf.channels)) + below
        if leaf.window is not None:
            yield self.window(leaf.window)

    def team(self, leaf: Teams) -> str:
        """Return how many owners are in which team."""
        words = self.words.filters
        named = words.any_team if leaf.teams is None else self.listed(leaf.teams)
        below = "" if leaf.exact or leaf.teams is None else words.or_below_team
        return self.number(leaf, leaf.NAME) + words.in_team.format(named + below)


def label(key: str, known: Mapping[str, Definition], locale: str) -> str:
    """Return what people call something; its key where no taxonomy has it any more."""
    return known[key].labels.text(locale) if key in known else key


def shape(leaf: Counted) -> CountShape:
    """Return which of a language's ways to say a number fits what is asked for."""
    least, most = bounds(leaf)
    if most is None:
        return CountShape.ONCE if least == 1 else CountShape.AT_LEAST
    if most == 0:
        return CountShape.NEVER
    if least == most:
        return CountShape.EXACTLY
    return CountShape.AT_MOST if least == 0 else CountShape.BETWEEN


def plain(value: Any) -> str:
    """Return a value as people write it: numbers grouped, moments by the minute, UTC."""
    if isinstance(value, float):
        # Fifteen digits: all that a decimal number keeps as a float, however small it is.
        whole = Decimal(f"{value:.15g}")
        return f"{whole:,f}"
    if isinstance(value, datetime):
        moment = value.isoformat(sep=" ", timespec="minutes")
        return moment.removesuffix("+00:00").removesuffix(" 00:00")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
