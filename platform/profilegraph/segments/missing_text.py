"""What keeps a customer out, as a line that people read: what it has, what is wanted, how far."""

from __future__ import annotations

from profilegraph.domain.catalogue import Catalogue
from profilegraph.domain.customers import Tagging
from profilegraph.segments import nodes
from profilegraph.segments.evidence import evidence_line
from profilegraph.segments.explain import Verdict
from profilegraph.segments.gaps import Gap, number_of
from profilegraph.segments.library import Library
from profilegraph.segments.missing import Miss
from profilegraph.segments.phrases import plain
from profilegraph.segments.text import sentence
from profilegraph.segments.wording import Wording, wording

_MOST = 3


def miss_line(miss: Miss, catalogue: Catalogue, locale: str, library: Library) -> str:
    """Return a condition that would have to change as one line in Chinese or English."""
    words = wording(locale)
    has = _has(miss.verdict, catalogue, words, locale)
    asked = sentence(miss.verdict.node, catalogue, locale, library)
    line = (words.wanted if miss.wanted else words.unwanted).format(has, asked)
    return line + _distance(miss.gap, words) + _nearest(miss, catalogue, words, locale)


def _nearest(miss: Miss, catalogue: Catalogue, words: Wording, locale: str) -> str:
    if miss.near is None or not miss.wanted:
        return ""
    record = evidence_line(miss.near.record, catalogue, locale)
    lacks = words.comma.join(words.parts[one] for one in miss.near.lacks)
    return words.semicolon + words.nearest.format(record, lacks)


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
            return words.has_total.format(plain(number))
        case _ if number is not None:
            return words.has_count.format(plain(number))
        case _:
            return words.comma.join(lines) or words.none


def _tag(
    leaf: nodes.Tags, tagging: Tagging, catalogue: Catalogue, words: Wording, locale: str
) -> str:
    known = catalogue.tags.get(tagging.tag)
    label = tagging.tag if known is None else known.labels.text(locale)
    if leaf.min_confidence is None and leaf.min_weight is None:
        return label
    return words.sureness.format(label, tagging.confidence, tagging.weight)


def _distance(gap: Gap | None, words: Wording) -> str:
    if gap is None or not gap.distance:
        return ""
    way = f"{gap.unit.value.lower()}_{'up' if gap.distance > 0 else 'down'}"
    return words.space + words.group.format(words.distances[way].format(plain(abs(gap.distance))))
