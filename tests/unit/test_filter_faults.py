"""What is wrong in a filter: every kind of fault, where it is, and in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.domain.values import Labels
from profilegraph.errors import InvalidFilter
from profilegraph.language.codec import decode
from profilegraph.language.faults import Fault, FaultKind
from profilegraph.language.saved_filters import NO_SEGMENTS, SavedFilter, SavedFilters
from profilegraph.language.validation import ValidationCache, faults
from profilegraph.rendering.faults import advice_line, fault_line

LABELS = {"zh-CN": "名", "en": "name"}
CATALOGUE = Catalogue.of(
    [
        Taxonomy.model_validate(
            {
                "key": "t",
                "version": "1.0.0",
                "labels": LABELS,
                "dimensions": [
                    {
                        "key": "mood",
                        "labels": LABELS,
                        "cardinality": "single",
                        "tags": [{"key": "glad", "labels": LABELS}],
                    }
                ],
                "attributes": [{"key": "city", "type": "string", "labels": LABELS}],
                "events": [{"key": "call", "labels": LABELS}],
            }
        )
    ]
)


def tags(**asked: Any) -> dict[str, Any]:
    return {"tags": {"dimension": "mood", **asked}}


@pytest.mark.parametrize(
    ("filter_", "kind", "key", "place"),
    [
        (tags(gte="glad"), FaultKind.NOT_ORDERED, "mood", "filter.tags"),
        (
            {"not": {"attribute": {"key": "city", "number": {"gt": 1.0}}}},
            FaultKind.OTHER_TYPE,
            "city",
            "filter.not.attribute",
        ),
        (
            {"related": {"where": {"segment": {"key": "lost"}}}},
            FaultKind.SEGMENT_MISSING,
            "lost",
            "filter.related.where.segment",
        ),
        ({"segment": {"key": "a"}}, FaultKind.CIRCLE, None, "filter"),
        (
            {"segment": {"key": "sad"}},
            FaultKind.TAG_MISSING,
            "mood/sad",
            "filter.segment.sad.any[1].tags",
        ),
        (
            {"sequence": {"first": {"type": "call"}, "then": {"type": "visit"}, "withinDays": 3}},
            FaultKind.EVENT_TYPE_MISSING,
            "visit",
            "filter.sequence",
        ),
    ],
)
def test_each_fault_is_found_at_its_place(
    filter_: dict[str, Any], kind: FaultKind, key: str | None, place: str
) -> None:
    saved = {
        "a": {"segment": {"key": "b"}},
        "b": {"segment": {"key": "a"}},
        "sad": {"any": [tags(anyOf=["glad"]), tags(anyOf=["sad"])]},
    }
    needed = saved if filter_ == {"segment": {"key": "a"}} else {"sad": saved["sad"]}
    labels = Labels(zh_cn="名", en="name")
    library = SavedFilters({name: SavedFilter(labels, decode(one)) for name, one in needed.items()})
    [found] = faults(decode(filter_), CATALOGUE, library)
    assert (found.kind, found.key, found.place) == (kind, key, place)


def test_every_fault_is_told_and_not_the_first_alone() -> None:
    two = {
        "all": [tags(anyOf=["sad", "glad", "calm"]), {"metric": {"key": "score", "exists": True}}]
    }
    assert [one.key for one in faults(decode(two), CATALOGUE)] == ["mood/sad", "mood/calm", "score"]


@pytest.mark.parametrize("kind", list(FaultKind))
def test_each_kind_of_fault_has_words_and_advice_in_both_languages(kind: FaultKind) -> None:
    fault = Fault(kind, "filter", "x", "mood/sad")
    english, chinese = fault_line(fault, "en"), fault_line(fault, "zh-CN")
    assert english.isascii()
    assert not chinese.isascii()
    assert "{" not in english + chinese
    assert advice_line(fault, "en").isascii()
    assert not advice_line(fault, "zh").isascii()


def test_a_filter_that_was_sound_is_looked_at_again_by_other_taxonomies() -> None:
    sound, node = ValidationCache(), decode(tags(anyOf=["glad"]))
    for _ in range(2):
        assert sound.size(node, CATALOGUE, NO_SEGMENTS).leaves == 1
        with pytest.raises(InvalidFilter, match="no dimension is called 'mood'"):
            sound.size(node, Catalogue.of([]), NO_SEGMENTS)


def test_a_filter_that_refers_to_a_segment_is_looked_at_each_time() -> None:
    sound, node = ValidationCache(), decode({"segment": {"key": "s"}})
    labels = Labels.model_validate(LABELS)
    for times in (0, 2):
        library = SavedFilters(
            {"s": SavedFilter(labels, decode({"any": [tags(hasAny=True)] * times}))}
        )
        assert sound.size(node, CATALOGUE, library).leaves == times
    with pytest.raises(InvalidFilter, match="no segment has the key 's'"):
        sound.size(node, CATALOGUE, NO_SEGMENTS)
