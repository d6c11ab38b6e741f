"""Whatever a person reads is there in Chinese and in English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from profilegraph.config import data_folder
from profilegraph.rendering.languages import CHINESE, ENGLISH, Wording

HAN = re.compile(r"[\u4e00-\u9fff]")
TAXONOMIES = sorted(data_folder("taxonomies").glob("*.yaml"))


def sentences(wording: Wording) -> Iterator[tuple[str, str]]:
    """Yield the place and text of each word of a language."""
    for field in fields(wording):
        yield from texts(field.name, getattr(wording, field.name))


def texts(place: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield the place and text of each text within a value."""
    match value:
        case str():
            yield place, value
        case Mapping():
            for key, one in value.items():
                yield from texts(f"{place}.{key}", one)
        case tuple():
            for number, one in enumerate(value):
                yield from texts(f"{place}.{number}", one)


def test_both_languages_have_the_same_words() -> None:
    assert dict(sentences(CHINESE)).keys() == dict(sentences(ENGLISH)).keys()


def test_a_word_of_both_languages_takes_the_same_values() -> None:
    english = dict(sentences(ENGLISH))
    differ = {
        place: (text, english[place])
        for place, text in sentences(CHINESE)
        if sorted(re.findall(r"\{\d*", text)) != sorted(re.findall(r"\{\d*", english[place]))
    }
    assert differ == {}


def test_english_words_are_english_and_chinese_words_chinese() -> None:
    assert [text for _, text in sentences(ENGLISH) if HAN.search(text)] == []
    latin = [text for _, text in sentences(CHINESE) if re.search(r"[a-z]{2}", text)]
    assert latin == []


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
