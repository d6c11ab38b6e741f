"""What is asked of one thing, in words: a value, a record, a number of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache
from string import Formatter
from typing import Any

from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.domain.taxonomy.definition import Definition
from profilegraph.domain.values import Record
from profilegraph.language.nodes import (
    BooleanTest,
    DateTest,
    Leaf,
    Node,
    NumberTest,
    Reference,
    ReferenceKind,
    TextTest,
    Window,
    bounds,
)
from profilegraph.language.nodes.parts import Counted, NodePart
from profilegraph.language.saved_filters import SavedFilters
from profilegraph.rendering.wording import Wording
from profilegraph.rendering.wording.leaves import (
    CountSentence,
    FieldWording,
    PartSentence,
    TimesWording,
)
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
class Phrases(ABC):
    """Says parts of filters and records in one language, with the catalogue's labels."""

    catalogue: Catalogue
    words: Wording
    locale: str
    library: SavedFilters

    @abstractmethod
    def write(self, node: Node) -> str:
        """Return a filter as a sentence."""

    def number(self, leaf: Counted, words: CountSentence) -> str:
        """Return how many things are asked for."""
        match shape(leaf):
            case CountShape.ONCE:
                return words.once
            case CountShape.NEVER:
                return words.never
            case many:
                least, most = bounds(leaf)
                text: str = getattr(self.words.filters.counts, many)
                things = words.things.form(self.words.plural(most or least))
                return text.format(least, most, things)

    def times(self, leaf: Counted, words: TimesWording) -> str:
        """Return how often something is asked for."""
        least, most = bounds(leaf)
        text: str | Plural = getattr(words, shape(leaf))
        return self.said(text, most or least, str(least), str(most))

    def qualified(self, text: str, details: Iterable[str]) -> str:
        """Return a text with the details that qualify it, if there are any."""
        said = self.joined(details)
        return text + (self.words.filters.who.format(said) if said else "")

    def joined(self, texts: Iterable[str]) -> str:
        """Return those texts that are not empty, one after the other."""
        return self.words.comma.join(filter(None, texts))

    def filled(self, text: str, part: NodePart | Record, words: PartSentence) -> str:
        """Return a text with the fields in it that it names."""
        values = {
            name: self.field(part, name)
            if (told := words.details.get(name)) is None
            else self._detail(part, name, told)
            for name in placeholders(text)
        }
        return text.format(**values)

    def details(
        self, part: NodePart | Record, words: PartSentence, text: str = ""
    ) -> Iterator[str]:
        """Yield what the given fields say that are not in the text, in the order of the words."""
        named = placeholders(text)
        for name, told in words.details.items():
            if name not in named:
                yield self._detail(part, name, told)

    def _detail(self, part: NodePart | Record, name: str, told: FieldWording) -> str:
        value = given(part).get(name)
        if value is None:
            return ""
        match told.asked:
            case PartSentence() as sentence:
                return sentence(part, self)
            case tuple() as texts:
                # True is 1 and has the first; False is 0 and has the last.
                return str(texts[value - 1])
            case text:
                return self.said(text, value, self.field(part, name))

    def field(self, part: NodePart | Record, name: str) -> str:
        """Return the value of a field: of what it names in a taxonomy or as a segment, the label."""
        value = getattr(part, name)
        if isinstance(value, str) and isinstance(part, NodePart):
            named = next((one for one in part.names() if one.key == value), None)
            if named is not None:
                return self.reference(named)
        return self.value(value)

    def reference(self, named: Reference) -> str:
        """Return the label of a definition or a segment; its key, marked, if it is gone."""
        catalogue = self.catalogue
        match named.kind:
            case ReferenceKind.SEGMENT:
                saved = self.library.segments.get(named.key)
                found = None if saved is None else saved.labels.text(self.locale)
                return self.words.gone.format(named.key) if found is None else found
            case ReferenceKind.DIMENSION:
                key = catalogue.current_dimension(named.key)
                return self.label(key, catalogue.dimensions)
            case ReferenceKind.TAG:
                return self.label(catalogue.current_tag(named.key), catalogue.tags)
            case ReferenceKind.ATTRIBUTE:
                return self.label(named.key, catalogue.attributes)
            case ReferenceKind.METRIC:
                return self.label(named.key, catalogue.metrics)
            case ReferenceKind.EVENT_TYPE:
                return self.label(named.key, catalogue.events)

    def tags(self, part: Any, names: Sequence[str]) -> str:
        """Return the labels of some tags of a part's dimension."""
        keys = (tag_key(part.dimension, name) for name in names)
        return self.joined(self.reference(Reference(ReferenceKind.TAG, key)) for key in keys)

    def value(self, value: Any) -> str:
        """Return what a field of a part of a filter says."""
        match value:
            case NumberTest() | TextTest() | DateTest() | BooleanTest():
                return self.test(value)
            case Window():
                return self.window(value)
            case Leaf():
                return self.words.filters.leaves[type(value)](value, self)
            case NodePart():
                return self.words.filters.parts[type(value)](value, self)
            case tuple():
                return self.words.comma.join(map(self.value, value))
            case Enum():
                return self.words.names.of(value)
            case _:
                return plain(value)

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


@cache
def placeholders(text: str) -> frozenset[str]:
    """Return the names of the fields that stand in a text."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


def given(part: NodePart | Record) -> Mapping[str, Any]:
    """Return the fields of a part of a filter that differ from their defaults, of a record those known."""
    if isinstance(part, NodePart):
        return part.given()
    return {name: value for name, value in part if value is not None}


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
