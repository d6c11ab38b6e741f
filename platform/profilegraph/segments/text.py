"""A filter as a sentence, in Chinese and in English, with labels instead of keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, assert_never

from profilegraph.domain.catalogue import Catalogue, tag_key
from profilegraph.segments.nodes import (
    AllOf,
    AnyOf,
    Attribute,
    BooleanTest,
    DateTest,
    DepartmentTest,
    Events,
    Metric,
    Node,
    Not,
    NumberTest,
    People,
    PersonTest,
    Tags,
    TextTest,
    Window,
    bounds,
)
from profilegraph.segments.wording import Wording, wording


def sentence(node: Node, catalogue: Catalogue, locale: str) -> str:
    """Return what a filter asks for, in Chinese for any zh locale and in English otherwise."""
    return _Writer(catalogue, wording(locale), locale).write(node)


@dataclass(frozen=True)
class _Writer:
    catalogue: Catalogue
    words: Wording
    locale: str

    def write(self, node: Node) -> str:
        words = self.words
        match node:
            case AllOf(conditions):
                return self._joined(words.and_, conditions, words.everyone)
            case AnyOf(conditions):
                return self._joined(words.or_, conditions, words.no_one)
            case Not(condition):
                return words.not_.format(self.write(condition))
            case Tags():
                return self._tags(node)
            case Attribute():
                label = self.catalogue.attribute(node.key).labels.text(self.locale)
                return self._value(label, node.test, node.exists)
            case Metric():
                label = self.catalogue.metric(node.key).labels.text(self.locale)
                return self._value(label, node.number, node.exists)
            case Events():
                return self._event(node)
            case People():
                return self._people(node)
            case _:
                assert_never(node)

    def _joined(self, word: str, conditions: Sequence[Node], nothing: str) -> str:
        if not conditions:
            return nothing
        parts = [self._nested(condition, len(conditions) > 1) for condition in conditions]
        return word.join(parts)

    def _nested(self, node: Node, among_others: bool) -> str:
        text = self.write(node)
        grouped = among_others and isinstance(node, AllOf | AnyOf) and len(node.conditions) > 1
        return self.words.group.format(text) if grouped else text

    def _tags(self, leaf: Tags) -> str:
        dimension = self.catalogue.dimension(leaf.dimension).labels.text(self.locale)
        parts = list(self._tag_parts(leaf))
        qualifiers = list(self._qualifiers(leaf))
        text = self.words.has.format(dimension, self.words.and_.join(parts))
        if not qualifiers:
            return text
        return text + self.words.space + self.words.group.format(self.words.comma.join(qualifiers))

    def _tag_parts(self, leaf: Tags) -> Iterator[str]:
        words = self.words
        if leaf.any_of is not None:
            among = words.is_ if len(leaf.any_of) == 1 else words.any_of
            yield among.format(self._labels(leaf, leaf.any_of))
        if leaf.all_of is not None:
            yield words.all_of.format(self._labels(leaf, leaf.all_of))
        if leaf.none_of is not None:
            yield words.none_of.format(self._labels(leaf, leaf.none_of))
        if leaf.has_any is not None:
            yield words.something if leaf.has_any else words.nothing
        if leaf.gte is not None:
            yield words.or_above.format(self._labels(leaf, (leaf.gte,)))
        if leaf.lte is not None:
            yield words.or_below.format(self._labels(leaf, (leaf.lte,)))

    def _labels(self, leaf: Tags, names: Sequence[str]) -> str:
        labels = [
            self.catalogue.tag(tag_key(leaf.dimension, name)).labels.text(self.locale)
            for name in names
        ]
        return self.words.comma.join(labels)

    def _qualifiers(self, leaf: Tags) -> Iterator[str]:
        words = self.words
        if leaf.exact:
            yield words.exactly_this
        if leaf.min_confidence is not None:
            yield words.confidence.format(leaf.min_confidence)
        if leaf.min_weight is not None:
            yield words.weight.format(leaf.min_weight)
        if leaf.source is not None:
            yield words.source.format(words.sources[leaf.source])
        if leaf.tagged_within_days is not None:
            yield words.tagged_within.format(leaf.tagged_within_days)
        if leaf.weekday is not None:
            yield words.weekdays[leaf.weekday - 1]

    def _value(self, label: str, test: Any, exists: bool | None) -> str:
        if exists is not None:
            return (self.words.is_known if exists else self.words.is_unknown).format(label)
        return label + self.words.space + self._test(test)

    def _test(self, test: NumberTest | TextTest | DateTest | BooleanTest) -> str:
        return self.words.comma.join(
            self.words.comparisons[name].format(*self._operands(value))
            for name, value in test.given().items()
        )

    def _operands(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, tuple) and len(value) == 2 and not isinstance(value[0], str):
            return (*map(plain, value), self._listed(value))
        if isinstance(value, tuple):
            return (self._listed(value),) * 3
        if isinstance(value, bool):
            return (self.words.yes if value else self.words.no,)
        return (plain(value),)

    def _listed(self, values: Sequence[Any]) -> str:
        return self.words.comma.join(plain(value) for value in values)

    def _event(self, leaf: Events) -> str:
        label = self.catalogue.event(leaf.type).labels.text(self.locale)
        details = [self.words.did.format(label) + self._times(leaf)]
        if leaf.window is not None:
            details.append(self._window(leaf.window))
        if leaf.channels is not None:
            details.append(self.words.by_channel.format(self._listed(leaf.channels)))
        if leaf.content is not None:
            details.append(self.words.content + self._test(leaf.content))
        if leaf.amount is not None:
            details.append(self.words.amount + self._test(leaf.amount))
        return self.words.comma.join(details)

    def _times(self, leaf: Events) -> str:
        least, most = bounds(leaf.at_least, leaf.at_most)
        return self.words.times[_shape(least, most)].format(least, most)

    def _window(self, window: Window) -> str:
        return self.words.comma.join(
            self.words.windows[name].format(plain(value)) for name, value in window.given().items()
        )

    def _people(self, leaf: People) -> str:
        least, most = bounds(leaf.at_least, leaf.at_most)
        many = self.words.people[_shape(least, most)].format(least, most)
        details = list(self._person(leaf.where))
        return many + (self.words.who.format(self.words.comma.join(details)) if details else "")

    def _person(self, test: PersonTest) -> Iterator[str]:
        words = self.words
        if test.roles is not None:
            yield words.role.format(words.comma.join(words.roles[role] for role in test.roles))
        if test.title is not None:
            yield words.title + self._test(test.title)
        if test.department is not None:
            yield self._department(test.department)
        if test.influence is not None:
            yield words.influence + self._test(test.influence)
        if test.stance is not None:
            yield words.stance + self._test(test.stance)
        if test.chain_depth is not None:
            yield words.chain_depth + self._test(test.chain_depth)
        if test.did is not None:
            yield self._event(test.did)

    def _department(self, test: DepartmentTest) -> str:
        parts = []
        if test.functions is not None:
            parts.append(self.words.comma.join(self.words.functions[one] for one in test.functions))
        if test.name is not None:
            parts.append(self.words.named + self._test(test.name))
        text = self.words.works_in.format(self.words.comma.join(parts))
        return text + ("" if test.exact else self.words.or_below_it)


def _shape(least: int, most: int | None) -> str:
    if most is None:
        return "once" if least == 1 else "at_least"
    if most == 0:
        return "never"
    if least == most:
        return "exactly"
    return "at_most" if least == 0 else "between"


def plain(value: Any) -> str:
    """Return a value as people write it: numbers grouped, moments by the minute, UTC."""
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime):
        moment = value.isoformat(sep=" ", timespec="minutes")
        return moment.removesuffix("+00:00").removesuffix(" 00:00")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
