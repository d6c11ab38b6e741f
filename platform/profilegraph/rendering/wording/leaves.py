"""The forms in which a language says what a leaf, or a part of one, asks: each has its words, and their order.

A language gives every leaf an object of one of these classes. A text has fields of the leaf by their
name in it, such as `“{type}” amounts in total {total}`. A leaf that none of them suits gets a class
of its own, here or in the module of the language.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from profilegraph.language.nodes import EVERYONE
from profilegraph.rendering.wording.plurals import Plural

if TYPE_CHECKING:
    from profilegraph.rendering.phrases import Phrases


@dataclass(frozen=True)
class PartSentence(ABC):
    """Says what a leaf, a part of one, or a record has in its fields."""

    details: Mapping[str, FieldWording] = field(default_factory=dict, kw_only=True)
    """The words of fields, by name, in the order in which they are said."""

    @abstractmethod
    def __call__(self, part: Any, say: Phrases) -> str:
        """Return the sentence; `say` knows how the language says values."""


@dataclass(frozen=True)
class FieldWording:
    """The words of one field; they are said only if it is given."""

    asked: str | Plural | tuple[str, ...] | PartSentence = "{}"
    """What is asked of it; {} is its value. Empty if the sentence says it otherwise.

    Of several texts, that by the number, from 1 on; of two texts, the first if it is true.
    """
    name: str = ""
    """What it is called where it stands alone, as what a record lacks."""


@dataclass(frozen=True)
class TextSentence(PartSentence):
    """A text, then the details that are not in it."""

    text: str

    def __call__(self, part: Any, say: Phrases) -> str:
        """Return the text with its fields, and the details behind a comma."""
        return say.joined([say.filled(self.text, part, self), *say.details(part, self, self.text)])


@dataclass(frozen=True)
class QualifiedSentence(TextSentence):
    """A text, and the details as what qualifies it."""

    def __call__(self, part: Any, say: Phrases) -> str:
        """Return the text with its fields, qualified by the details."""
        details = say.details(part, self, self.text)
        return say.qualified(say.filled(self.text, part, self), details)


@dataclass(frozen=True)
class DescendantSentence(PartSentence):
    """Details of something that has descendants, which count unless the part is `exact`."""

    text: str
    below: str

    def __call__(self, part: Any, say: Phrases) -> str:
        """Return the text with the details in it."""
        said = self.text.format(say.joined(say.details(part, self)))
        return said if part.exact else said + self.below


@dataclass(frozen=True)
class TimesWording:
    """How often something was done: {0} times at least, {1} at most."""

    once: str
    at_least: Plural
    at_most: Plural
    exactly: Plural
    between: Plural
    never: str


@dataclass(frozen=True)
class TimesSentence(TextSentence):
    """How often something was done, then the details."""

    times: TimesWording

    def __call__(self, part: Any, say: Phrases) -> str:
        """Return the text with its fields and how often, and the details behind a comma."""
        did = say.filled(self.text, part, self) + say.times(part, self.times)
        return say.joined([did, *say.details(part, self, self.text)])


@dataclass(frozen=True)
class CountSentence(PartSentence):
    """How many there are of one thing, and what is asked of each."""

    once: str
    """That there is one."""
    things: Plural
    """What the thing is called behind a number."""
    never: str
    """That there is none."""

    def __call__(self, part: Any, say: Phrases) -> str:
        """Return how many, qualified by the details."""
        return say.qualified(say.number(part, self), say.details(part, self))


@dataclass(frozen=True)
class ConsentSentence(CountSentence):
    """How many consents or refusals there are."""

    refused: CountSentence

    def __call__(self, part: Any, say: Phrases) -> str:
        """Return how many of what the leaf counts."""
        counts = self if part.granted else self.refused
        return say.qualified(say.number(part, counts), say.details(part, self))


@dataclass(frozen=True)
class TeamSentence(CountSentence):
    """How many owners are in which team."""

    in_team: str
    any_team: str
    below: str

    def __call__(self, part: Any, say: Phrases) -> str:
        """Return how many owners are in the teams."""
        teams = say.joined(say.details(part, self))
        below = self.below if teams and not part.exact else ""
        return say.number(part, self) + self.in_team.format((teams or self.any_team) + below)


@dataclass(frozen=True)
class RelatedSentence(CountSentence):
    """How many related customers match a filter."""

    where: str
    """{} is the filter."""

    def __call__(self, part: Any, say: Phrases) -> str:
        """Return how many customers, and which; in brackets if there is a filter."""
        text = super().__call__(part, say)
        if part.where == EVERYONE:
            return text
        return say.words.group.format(text + self.where.format(say.write(part.where)))


@dataclass(frozen=True)
class ValueSentence(PartSentence):
    """How a value compares, or whether it is known; {} is what has the value."""

    known: str
    unknown: str

    def __call__(self, part: Any, say: Phrases) -> str:
        """Return what is asked of the value."""
        what = say.field(part, "key")
        if part.exists is not None:
            return (self.known if part.exists else self.unknown).format(what)
        return say.words.space.join([what, say.joined(say.details(part, self))])


@dataclass(frozen=True)
class TagSentence(PartSentence):
    """Which tags of a dimension there are; the details are what qualifies them."""

    has: str
    """{0} is the dimension, {1} what is asked of its tags."""
    is_: str
    any_of: str
    all_of: str
    none_of: str
    something: str
    nothing: str
    or_above: str
    or_below: str

    def __call__(self, part: Any, say: Phrases) -> str:
        """Return what is asked of the tags, and in brackets of the taggings."""
        text = self.has.format(
            say.field(part, "dimension"), say.words.and_.join(self._tags(part, say))
        )
        qualifiers = say.joined(say.details(part, self))
        return text + (say.words.space + say.words.group.format(qualifiers) if qualifiers else "")

    def _tags(self, part: Any, say: Phrases) -> list[str]:
        one = part.any_of is not None and len(part.any_of) == 1
        asked = (
            (self.is_ if one else self.any_of, part.any_of),
            (self.all_of, part.all_of),
            (self.none_of, part.none_of),
        )
        said = [text.format(say.tags(part, tags)) for text, tags in asked if tags is not None]
        if part.has_any is not None:
            said.append(self.something if part.has_any else self.nothing)
        ends = ((self.or_above, part.gte), (self.or_below, part.lte))
        return said + [text.format(say.tags(part, (end,))) for text, end in ends if end is not None]
