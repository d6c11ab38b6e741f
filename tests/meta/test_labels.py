"""Whatever a person reads is there in every language of the product."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic.alias_generators import to_snake

from profilegraph.config import data_folder
from profilegraph.domain.notices import NoticeCode
from profilegraph.domain.records.activity import FollowUpKind, OpportunityOutcome
from profilegraph.domain.records.customers import (
    CustomerKind,
    IdentityKind,
    RelationKind,
    TagSource,
)
from profilegraph.domain.records.organisation import DecisionRole, DepartmentFunction
from profilegraph.domain.segments import SegmentKind, SegmentState
from profilegraph.engines.reference.distance import DistanceUnit
from profilegraph.language.faults import FaultKind
from profilegraph.language.nodes import (
    EVERYONE,
    LEAVES,
    BooleanTest,
    Cause,
    DateTest,
    NumberTest,
    TextTest,
    Window,
)
from profilegraph.language.nodes.parts import Counted
from profilegraph.rendering.languages import languages, wording
from profilegraph.rendering.phrases import CountShape
from profilegraph.rendering.wording import Wording, names
from profilegraph.rendering.wording.answers import DistanceWording
from profilegraph.rendering.wording.changes import WarningWording
from profilegraph.rendering.wording.filters import (
    ComparisonWording,
    CountsWording,
    TimesWording,
    WindowWording,
)
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
    DecisionRole: names.RoleNames,
    DepartmentFunction: names.FunctionNames,
    OpportunityOutcome: names.OutcomeNames,
    FollowUpKind: names.FollowUpNames,
    RelationKind: names.RelationNames,
    CustomerKind: names.CustomerNames,
    IdentityKind: names.IdentityNames,
    SegmentKind: names.SegmentKindNames,
    SegmentState: names.SegmentStateNames,
    Cause: names.CauseNames,
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
        if sorted(re.findall(r"\{\d*", text)) != sorted(re.findall(r"\{\d*", second[place]))
    }
    assert differ == {}


def test_english_words_are_english_and_chinese_words_chinese() -> None:
    assert [text for text in sentences(ENGLISH).values() if HAN.search(text)] == []
    latin = [text for text in sentences(CHINESE).values() if re.search(r"[a-z]{2}", text)]
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
    counted = {to_snake(one.NAME) for one in LEAVES if issubclass(one, Counted)}
    assert named(CountsWording) - set(CountShape) == counted - {"event"} | {"refusal"}


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
