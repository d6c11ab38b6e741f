"""A filter as a sentence, with labels instead of keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.language import nodes
from profilegraph.language.nodes import AllOf, AnyOf, InSegment, Leaf, Listed, Node, Not, Tags
from profilegraph.language.nodes.parts import Counted
from profilegraph.language.saved_filters import NO_SEGMENTS, SavedFilters
from profilegraph.rendering.languages import wording
from profilegraph.rendering.phrases import Phrases, plain


def sentence(
    node: Node, catalogue: Catalogue, locale: str, library: SavedFilters = NO_SEGMENTS
) -> str:
    """Return what a filter asks for.

    `library` has the labels of the saved segments that it refers to. What is not there (any more)
    is called by its key and marked, so that an old filter can be read as long as it is kept.
    """
    return _Writer(catalogue, wording(locale), locale, library).write(node)


@dataclass(frozen=True)
class _Writer(Phrases):
    library: SavedFilters

    def write(self, node: Node) -> str:
        words = self.words.filters
        match node:
            case AllOf(conditions):
                return self._joined(self.words.and_, conditions, words.everyone)
            case AnyOf(conditions):
                return self._joined(self.words.or_, conditions, words.no_one)
            case Not(condition):
                return words.not_.format(self.write(condition))
            case Listed(ordinals):
                return self.words.numbered(words.listed, len(ordinals))
            case InSegment(key):
                return words.in_segment.format(self._segment(key))
            case _:
                return self._leaf(node)

    def _segment(self, key: str) -> str:
        saved = self.library.segments.get(key)
        return self.words.gone.format(key) if saved is None else saved.labels.text(self.locale)

    def _leaf(self, leaf: Leaf) -> str:
        write = _LEAVES.get(type(leaf))
        if write is not None:
            return write(self, leaf)
        if not isinstance(leaf, Counted):
            raise TypeError(f"nothing says how to write a {leaf.NAME!r}")
        return self.counted(leaf, leaf.NAME, self.details(leaf, leaf.NAME))

    def _attribute(self, leaf: nodes.AttributeLeaf) -> str:
        return self._value(self.label(leaf.key, self.catalogue.attributes), leaf.test, leaf.exists)

    def _metric(self, leaf: nodes.MetricLeaf) -> str:
        return self._value(self.label(leaf.key, self.catalogue.metrics), leaf.number, leaf.exists)

    def _cohort(self, leaf: nodes.Cohort) -> str:
        return self.words.filters.cohort.format(plain(leaf.from_), plain(leaf.to), leaf.salt)

    def _people(self, leaf: nodes.People) -> str:
        return self.counted(leaf, leaf.NAME, self.person(leaf.where))

    def _opportunities(self, leaf: nodes.Opportunities) -> str:
        return self.counted(leaf, leaf.NAME, self.details(leaf.where, leaf.NAME))

    def _arrivals(self, leaf: nodes.Arrivals) -> str:
        return self.counted(leaf, leaf.NAME, self.arrival(leaf))

    def _consents(self, leaf: nodes.Consents) -> str:
        what = leaf.NAME if leaf.granted else "refusal"
        return self.counted(leaf, what, self.details(leaf, leaf.NAME))

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
        key = self.catalogue.current_dimension(leaf.dimension)
        dimension = self.label(key, self.catalogue.dimensions)
        parts = list(self._tag_parts(leaf))
        qualifiers = list(self._qualifiers(leaf))
        text = self.words.filters.has.format(dimension, self.words.and_.join(parts))
        if not qualifiers:
            return text
        return text + self.words.space + self.words.group.format(self.words.comma.join(qualifiers))

    def _tag_parts(self, leaf: Tags) -> Iterator[str]:
        words = self.words.filters
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
        keys = (self.catalogue.current_tag(tag_key(leaf.dimension, name)) for name in names)
        return self.words.comma.join(self.label(key, self.catalogue.tags) for key in keys)

    def _qualifiers(self, leaf: Tags) -> Iterator[str]:
        words = self.words.filters
        if leaf.exact:
            yield words.exactly_this
        if leaf.min_confidence is not None:
            yield words.confidence.format(leaf.min_confidence)
        if leaf.min_weight is not None:
            yield words.weight.format(leaf.min_weight)
        if leaf.source is not None:
            yield words.source.format(self.value(leaf.source))
        if leaf.tagged_within_days is not None:
            yield self.words.numbered(words.tagged_within, leaf.tagged_within_days)
        if leaf.weekday is not None:
            yield words.weekdays[leaf.weekday - 1]

    def _value(self, what: str, test: Any, exists: bool | None) -> str:
        if exists is not None:
            words = self.words.filters
            return (words.is_known if exists else words.is_unknown).format(what)
        return what + self.words.space + self.test(test)

    def _total(self, leaf: nodes.EventTotal) -> str:
        when = [] if leaf.window is None else [self.window(leaf.window)]
        text = self.words.filters.total.format(self.event_label(leaf), self.test(leaf.total))
        return self.words.comma.join([text, *when, *self.event_details(leaf)])

    def _stopped(self, leaf: nodes.Stopped) -> str:
        words = self.words.filters
        many = "" if leaf.at_least == 1 else self.words.numbered(words.stopped_times, leaf.at_least)
        text = words.stopped.format(
            self.event_label(leaf), many, self.window(leaf.did), self.window(leaf.did_not)
        )
        return self.words.comma.join([text, *self.event_details(leaf)])

    def _sequence(self, leaf: nodes.Sequence) -> str:
        words = self.words.filters
        text = words.sequence.format(self.one_event(leaf.first), self.one_event(leaf.then))
        when = [] if leaf.window is None else [self.window(leaf.window)]
        within = self.words.numbered(words.within, leaf.within_days)
        return self.words.comma.join([text, within, *when])

    def _related(self, leaf: nodes.Related) -> str:
        words = self.words.filters
        details = []
        if leaf.kinds is not None:
            details.append(words.relation.format(self.value(leaf.kinds)))
        if leaf.distance > 1:
            details.append(self.words.numbered(words.steps, leaf.distance))
        text = self.counted(leaf, leaf.NAME, details)
        if leaf.where == nodes.EVERYONE:
            return text
        return self.words.group.format(text + words.who_match.format(self.write(leaf.where)))


_LEAVES: Mapping[type[Leaf], Callable[[_Writer, Any], str]] = {
    Tags: _Writer._tags,
    nodes.AttributeLeaf: _Writer._attribute,
    nodes.MetricLeaf: _Writer._metric,
    nodes.Cohort: _Writer._cohort,
    nodes.Events: _Writer.event,
    nodes.EventTotal: _Writer._total,
    nodes.Stopped: _Writer._stopped,
    nodes.Sequence: _Writer._sequence,
    nodes.People: _Writer._people,
    nodes.Opportunities: _Writer._opportunities,
    nodes.Arrivals: _Writer._arrivals,
    nodes.Teams: _Writer.team,
    nodes.Consents: _Writer._consents,
    nodes.Related: _Writer._related,
}
"""The leaves that say more than how many there are, and each detail as its words have it."""
