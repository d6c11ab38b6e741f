"""What keeps a customer out, as a line that people read: what it has, what is wanted, how far."""

from __future__ import annotations

from profilegraph.domain.records.customers import Tagging
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.reference.counterfactual import MissedLeaf
from profilegraph.engines.reference.distance import Distance, number_of
from profilegraph.engines.reference.evaluator import Verdict
from profilegraph.language import nodes
from profilegraph.language.saved_filters import SavedFilters
from profilegraph.rendering.evidence import evidence_line
from profilegraph.rendering.languages import wording
from profilegraph.rendering.phrases import plain
from profilegraph.rendering.sentences import sentence
from profilegraph.rendering.wording import Wording

_MOST = 3


def miss_line(miss: MissedLeaf, catalogue: Catalogue, locale: str, library: SavedFilters) -> str:
    """Return a condition that would have to change as one line."""
    words = wording(locale)
    has = _has(miss.verdict, catalogue, words, locale)
    asked = sentence(miss.verdict.node, catalogue, locale, library)
    said = words.answers.counterfactual
    line = (said.wanted if miss.wanted else said.unwanted).format(has, asked)
    return line + _distance(miss.gap, words) + _nearest(miss, catalogue, words, locale)


def _nearest(miss: MissedLeaf, catalogue: Catalogue, words: Wording, locale: str) -> str:
    if miss.near is None or not miss.wanted:
        return ""
    record = evidence_line(miss.near.record, catalogue, locale)
    said = words.answers.counterfactual
    leaf = miss.verdict.node
    lacks = words.comma.join(words.filters.field_name(leaf, one) for one in miss.near.lacks)
    return words.semicolon + said.nearest.format(record, lacks)


def _has(verdict: Verdict, catalogue: Catalogue, words: Wording, locale: str) -> str:
    leaf, number = verdict.node, number_of(verdict)
    lines = [evidence_line(one, catalogue, locale) for one in verdict.evidence[:_MOST]]
    match leaf:
        case nodes.Tags():
            label = catalogue.dimension(leaf.dimension).labels.text(locale)
            taggings = [one for one in verdict.evidence if isinstance(one, Tagging)]
            tags = [_tag(leaf, one, catalogue, words, locale) for one in taggings]
            return words.known.format(label, words.comma.join(tags) or words.none)
        case nodes.EventTotal():
            return words.answers.evidence.total.format(plain(number))
        case _ if number is not None:
            return words.answers.counterfactual.has_count.format(plain(number))
        case _:
            return words.comma.join(lines) or words.none


def _tag(
    leaf: nodes.Tags, tagging: Tagging, catalogue: Catalogue, words: Wording, locale: str
) -> str:
    known = catalogue.tags.get(tagging.tag)
    label = tagging.tag if known is None else known.labels.text(locale)
    if leaf.min_confidence is None and leaf.min_weight is None:
        return label
    return words.answers.counterfactual.sureness.format(label, tagging.confidence, tagging.weight)


def _distance(gap: Distance | None, words: Wording) -> str:
    if gap is None or not gap.distance:
        return ""
    way = f"{gap.unit.value.lower()}_{'up' if gap.distance > 0 else 'down'}"
    number = abs(gap.distance)
    text = getattr(words.answers.counterfactual.distances, way)
    return words.space + words.group.format(words.numbered(text, number, plain(number)))
