"""Whatever a person reads is there in every language of the product."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import yaml

from profilegraph.config import data_folder
from profilegraph.domain.notices import NoticeCode
from profilegraph.domain.records.customers import CustomerKind, IdentityKind, TagSource
from profilegraph.domain.segments import SegmentKind, SegmentState
from profilegraph.engines.reference.distance import DistanceUnit
from profilegraph.engines.reference.evaluator import LEAVES as LEAF_DECISIONS
from profilegraph.engines.reference.findings import CountedRecords
from profilegraph.language.facts import RECORD_KINDS
from profilegraph.language.faults import FaultKind
from profilegraph.language.nodes import (
    EVERYONE,
    LEAVES,
    BooleanTest,
    DateTest,
    NumberTest,
    TextTest,
    Window,
    types_in_filters,
)
from profilegraph.language.nodes.parts import TESTS, NodePart
from profilegraph.rendering.languages import languages, wording
from profilegraph.rendering.phrases import CountShape, placeholders
from profilegraph.rendering.wording import Wording, names
from profilegraph.rendering.wording.answers import DistanceWording
from profilegraph.rendering.wording.changes import WarningWording
from profilegraph.rendering.wording.filters import ComparisonWording, CountWording, WindowWording
from profilegraph.rendering.wording.leaves import TextSentence, TimesWording
from profilegraph.rendering.wording.names import EnumWording
from profilegraph.rendering.wording.plurals import Plural
from profilegraph.services.exports.columns import ExportSubject, usual
from profilegraph.services.operations.demo import SEGMENTS
from profilegraph.services.taxonomy_changes.previews import WarningKind

HAN = re.compile(r"[\u4e00-\u9fff]")
TAXONOMIES = sorted(data_folder("taxonomies").glob("*.yaml"))


FIRST, *OTHERS = languages().values()
"""Each of the others is compared with the first."""
ENGLISH, CHINESE = wording("en"), wording("zh-CN")
ENUMERATIONS: Mapping[type[Enum], type[EnumWording[Any]]] = {
    TagSource: names.SourceNames,
    CustomerKind: names.CustomerNames,
    IdentityKind: names.IdentityNames,
    SegmentKind: names.SegmentKindNames,
    SegmentState: names.SegmentStateNames,
    NoticeCode: names.NoticeNames,
    FaultKind: names.FaultNames,
    WarningKind: WarningWording,
}


def texts(place: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield the place and text of each text of a language, of plurals that of most numbers."""
    match value:
        case Plural():
            yield place, value.other
        case str():
            yield place, value
        case tuple():
            for number, one in enumerate(value):
                yield from texts(f"{place}.{number}", one)
        case Mapping():
            for key, one in value.items():
                yield from texts(f"{place}.{getattr(key, '__name__', key)}", one)
        case _ if is_dataclass(value):
            for field in fields(value):
                yield from texts(f"{place}.{field.name}", getattr(value, field.name))


def sentences(one: Wording) -> Mapping[str, str]:
    """Return the texts of a language by their places."""
    found = dict(texts("", one))
    del found[".locale"]
    return found


@pytest.mark.parametrize("other", OTHERS, ids=lambda one: one.locale)
def test_a_word_takes_the_same_values_in_every_language(other: Wording) -> None:
    first, second = sentences(FIRST), sentences(other)
    assert first.keys() == second.keys()
    differ = {
        place: (text, second[place])
        for place, text in first.items()
        if sorted(re.findall(r"\{\w*", text)) != sorted(re.findall(r"\{\w*", second[place]))
    }
    assert differ == {}


def test_english_words_are_english_and_chinese_words_chinese() -> None:
    assert [text for text in sentences(ENGLISH).values() if HAN.search(text)] == []
    said = (re.sub(r"\{\w*\}", "", text) for text in sentences(CHINESE).values())
    latin = [text for text in said if re.search(r"[a-z]{2}", text)]
    assert sorted(latin) == ["微信 OpenID", "微信 UnionID"]


@pytest.mark.parametrize("enumeration", ENUMERATIONS, ids=lambda one: one.__name__)
def test_every_value_of_an_enumeration_has_words(enumeration: type[Enum]) -> None:
    words = [field.name.removesuffix("_") for field in fields(ENUMERATIONS[enumeration])]
    assert words == [value.name.lower() for value in enumeration]


def named(words: object) -> set[str]:
    """Return the names of the words of a class."""
    assert is_dataclass(words)
    return {field.name for field in fields(words)}


def test_what_a_filter_can_ask_has_words() -> None:
    tests = (NumberTest, TextTest, DateTest, BooleanTest)
    assert named(ComparisonWording) == {one.name for test in tests for one in fields(test)}
    assert named(WindowWording) == {one.name for one in fields(Window)}
    assert named(TimesWording) == set(CountShape)
    assert named(CountWording) == set(CountShape) - {"once", "never"}


@pytest.mark.parametrize("one", languages().values(), ids=lambda one: one.locale)
def test_what_a_filter_can_ask_is_all_that_has_words(one: Wording) -> None:
    """The other way round is held when a language is read."""
    filters = one.filters
    assert filters.leaves.keys() == set(LEAVES)
    parts = {kind for kind in types_in_filters() if issubclass(kind, NodePart)}
    assert filters.parts.keys() == parts - {Window, *TESTS, *LEAVES}
    for kind, words in filters.values.items():
        assert list(words) == [value.name.lower() for value in kind]
    for part, sentence in (*filters.leaves.items(), *filters.parts.items()):
        assert sentence.details.keys() <= named(part), part


@pytest.mark.parametrize("one", languages().values(), ids=lambda one: one.locale)
def test_what_is_told_of_a_record_is_in_its_fields(one: Wording) -> None:
    records = one.filters.records
    assert records.keys() == {kind.record for kind in RECORD_KINDS}
    for record, sentence in records.items():
        told = placeholders(sentence.text) if isinstance(sentence, TextSentence) else frozenset()
        assert sentence.details.keys() | told <= record.model_fields.keys(), record


@pytest.mark.parametrize("one", languages().values(), ids=lambda one: one.locale)
def test_what_a_record_can_lack_has_a_name(one: Wording) -> None:
    """A record lacks a part that is optional, of the test that a counting leaf makes of it."""
    unnamed = []
    for leaf, decision in LEAF_DECISIONS.items():
        if isinstance(decision, CountedRecords):
            where = get_type_hints(leaf).get("where")
            sentence = (one.filters.leaves if where is None else one.filters.parts)[where or leaf]
            for field in fields(where or leaf):
                asked = field.default is None and field.name not in {"at_least", "at_most"}
                if asked and not sentence.details[field.name].name:
                    unnamed.append((leaf.NAME, field.name))
    assert unnamed == []


def test_every_distance_has_words() -> None:
    ways = {f"{unit.value.lower()}_{way}" for unit in DistanceUnit for way in ("up", "down")}
    assert named(DistanceWording) == ways


def test_every_column_of_people_has_words() -> None:
    assert named(names.PersonColumns) == {
        one for one in usual(EVERYONE, ExportSubject.PEOPLE) if "." not in one
    }


def test_every_segment_of_the_demonstration_has_words() -> None:
    assert named(names.DemoWording) == SEGMENTS.keys()


def labels(node: object) -> Iterator[dict[str, str]]:
    """Yield every pair of labels of a taxonomy file."""
    if isinstance(node, dict):
        yield from (node[key] for key in ("labels", "description") if key in node)
        for value in node.values():
            yield from labels(value)
    elif isinstance(node, list):
        for item in node:
            yield from labels(item)


@pytest.mark.parametrize("path", TAXONOMIES, ids=lambda path: path.stem)
def test_english_labels_have_no_chinese_characters(path: Path) -> None:
    found = list(labels(yaml.safe_load(path.read_text("utf-8"))))
    assert found
    assert [one["en"] for one in found if HAN.search(one["en"])] == []
