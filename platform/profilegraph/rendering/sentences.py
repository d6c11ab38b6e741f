"""A filter as a sentence, with labels instead of keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.language.nodes import AllOf, AnyOf, Listed, Node, Not
from profilegraph.language.saved_filters import NO_SEGMENTS, SavedFilters
from profilegraph.rendering.languages import wording
from profilegraph.rendering.phrases import Phrases


def sentence(
    node: Node, catalogue: Catalogue, locale: str, library: SavedFilters = NO_SEGMENTS
) -> str:
    """Return what a filter asks for.

    `library` has the labels of the saved segments that it refers to. What is not there (any more)
    is called by its key and marked, so that an old filter can be read as long as it is kept.
    """
    return Sentences(catalogue, wording(locale), locale, library).write(node)


@dataclass(frozen=True)
class Sentences(Phrases):
    """Says filters in one language: how conditions are combined; leaves are said by its words."""

    def write(self, node: Node) -> str:
        """Return a filter as a sentence."""
        words = self.words.filters
        match node:
            case AllOf(conditions):
                return self._combined(self.words.and_, conditions, words.everyone)
            case AnyOf(conditions):
                return self._combined(self.words.or_, conditions, words.no_one)
            case Not(condition):
                return words.not_.format(self.write(condition))
            case Listed(ordinals):
                return self.words.numbered(words.listed, len(ordinals))
            case _:
                return self.value(node)

    def _combined(self, word: str, conditions: Sequence[Node], nothing: str) -> str:
        if not conditions:
            return nothing
        parts = [self._nested(condition, len(conditions) > 1) for condition in conditions]
        return word.join(parts)

    def _nested(self, node: Node, among_others: bool) -> str:
        text = self.write(node)
        grouped = among_others and isinstance(node, AllOf | AnyOf) and len(node.conditions) > 1
        return self.words.group.format(text) if grouped else text
