"""The words by which a filter is a sentence; `{}` is where a value stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from profilegraph.domain.values import Record
from profilegraph.language.nodes import Leaf, Node
from profilegraph.language.nodes.parts import NodePart
from profilegraph.rendering.wording.leaves import PartSentence
from profilegraph.rendering.wording.plurals import Plural


@dataclass(frozen=True)
class ComparisonWording:
    """How a value compares, by the operator; {2} is a list."""

    eq: str
    ne: str
    in_: str
    lt: str
    lte: str
    gt: str
    gte: str
    between: str
    contains: str
    starts_with: str
    in_last_days: Plural
    in_next_days: Plural


@dataclass(frozen=True)
class WindowWording:
    """A span of time, by its field."""

    last_days: Plural
    since: str
    until: str


@dataclass(frozen=True)
class CountWording:
    """How many there are: {0} is the least, {1} the most, {2} what is counted."""

    at_least: str
    at_most: str
    exactly: str
    between: str


@dataclass(frozen=True)
class FilterWording:
    """The words of filters."""

    not_: str
    everyone: str
    no_one: str
    who: str
    """What qualifies what is said before."""
    listed: Plural
    comparisons: ComparisonWording
    windows: WindowWording
    counts: CountWording
    leaves: Mapping[type[Leaf], PartSentence]
    """The sentence of each leaf."""
    parts: Mapping[type[NodePart], PartSentence]
    """The sentence of each part of a leaf, but for comparisons and windows."""
    records: Mapping[type[Record], PartSentence]
    """What is told of a record of each kind of `RECORD_KINDS` that decided a leaf."""
    values: Mapping[type[Enum], Mapping[str, str]]
    """What the values of enumerations are called that leaves and records have, or that say why a leaf changed.

    By their names in lower case.
    """

    def field_name(self, leaf: Node, name: str) -> str:
        """Return what a field of a leaf, or of what it asks of each record, is called."""
        sentences: Mapping[Any, PartSentence] = {**self.leaves, **self.parts}
        for part in (leaf, getattr(leaf, "where", None)):
            sentence = sentences.get(type(part))
            if sentence is not None and name in sentence.details:
                return sentence.details[name].name
        raise LookupError(f"nothing says what the field {name!r} of {leaf.NAME!r} is called")
