"""What a language needs to say: everything that the product says to a person, in classes without defaults.

A language is an object of `Wording` in `rendering/languages/`. One that lacks a word is refused by the
type checker; one that lacks what a leaf or a value of an enumeration needs, when it is first read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from profilegraph.language.facts import RECORD_KINDS
from profilegraph.language.nodes import LEAVES, Cause, Leaf, Window, types_in_filters
from profilegraph.language.nodes.parts import TESTS, NodePart
from profilegraph.rendering.wording.answers import AnswerWording
from profilegraph.rendering.wording.changes import ChangeWording
from profilegraph.rendering.wording.filters import FilterWording
from profilegraph.rendering.wording.names import (
    ColumnWording,
    DemoWording,
    NameWording,
    SignInWording,
)
from profilegraph.rendering.wording.plurals import Number, Plural, PluralRule

__all__ = ["Wording"]


@dataclass(frozen=True)
class Wording:
    """The words of one language; `{}` is where a value stands."""

    locale: str
    """The tag of the language, such as `en` or `pt-BR`."""
    plural: PluralRule
    """Which of a `Plural`'s texts stands with a number."""
    and_: str
    or_: str
    group: str
    comma: str
    semicolon: str
    space: str
    yes: str
    no: str
    none: str
    known: str
    """What something is, or is called, and what is said of it."""
    gone: str
    """The key of what no taxonomy has any more."""
    filters: FilterWording
    answers: AnswerWording
    changes: ChangeWording
    names: NameWording
    columns: ColumnWording
    demo: DemoWording
    sign_in: SignInWording

    def numbered(self, text: Plural, number: Number, *values: object) -> str:
        """Return a text in its form for a number, with these values in it, or else the number."""
        return text.form(self.plural(number)).format(*(values or (number,)))

    def missing(self) -> Iterator[str]:
        """Yield what can stand in a filter, decide one as a record or change it, and has no words."""
        for record in RECORD_KINDS:
            if record.record not in self.filters.records:
                yield record.label
            choices = (one.choices for one in record.fields.values() if one.choices is not None)
            yield from (one.__name__ for one in choices if not self._knows(one))
        for kind in (*LEAVES, *types_in_filters(), Cause):
            if issubclass(kind, Leaf):
                known = kind in self.filters.leaves
            elif issubclass(kind, NodePart):
                known = kind in self.filters.parts or kind in (Window, *TESTS)
            else:
                known = self._knows(kind)
            if not known:
                yield kind.__name__

    def _knows(self, values: type[Enum]) -> bool:
        try:
            return all(self.names.of(value) for value in values)
        except (AttributeError, KeyError):
            return False
