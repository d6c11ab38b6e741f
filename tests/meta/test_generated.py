"""Files that are made from code say what the code says; `make generate` writes them anew."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator, ValidationError

from profilegraph.config import data_folder
from profilegraph.domain.catalogue import Catalogue
from profilegraph.errors import InvalidFilter
from profilegraph.importers.taxonomies import read_taxonomy
from profilegraph.segments.checking import check
from profilegraph.segments.codec import decode, encode, json_schema
from profilegraph.segments.library import references
from profilegraph.segments.nodes import Node
from scripts.render_segments import PAGE, page
from tests.meta.source import ROOT
from tests.property.strategies import filters
from tests.spec.conftest import library_of

SCHEMA = json.loads((ROOT / "schema" / "segment.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
BAD: list[object] = [
    None,
    [],
    {},
    {"tags": {}},
    {"all": [{"metric": {"key": "score", "exists": True}}], "any": []},
    {"any": {"all": []}},
    {"not": []},
    {"related": {"kinds": []}},
    {"related": {"where": {}}},
    {"related": {"distance": 6}},
    {"cohort": {"salt": ""}},
    {"segment": {}},
    {"stopped": {"type": "visit", "did": {"lastDays": 9}}},
    {"tags": {"dimension": "size", "anyOf": []}},
    {"tags": {"dimension": "size", "anyOf": ["s"], "minConfidence": 2}},
    {"tags": {"dimension": "size", "anyOf": ["s"], "colour": "red"}},
    {"metric": {"key": "Score", "exists": True}},
    {"event": {"type": "visit", "atLeast": -1}},
    {"event": {"type": "visit", "window": {"lastDays": 0}}},
    {"people": {"where": {"roles": ["BOSS"]}}},
]


def test_the_published_schema_of_filters_is_what_the_code_says() -> None:
    assert json_schema() == SCHEMA


@given(node=filters)
@settings(max_examples=100, deadline=None)
def test_the_published_schema_accepts_every_filter(node: Node) -> None:
    VALIDATOR.validate(encode(node))


@pytest.mark.parametrize("bad", BAD, ids=repr)
def test_the_published_schema_refuses_what_the_reader_refuses(bad: object) -> None:
    with pytest.raises(ValidationError):
        VALIDATOR.validate(bad)
    with pytest.raises(InvalidFilter):
        decode(bad)


def test_the_behaviours_on_the_page_are_those_of_the_spec_suite() -> None:
    current = PAGE.read_text("utf-8")
    assert page(current) == current


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_of_the_page_is_a_filter_over_the_shipped_taxonomies(text: str) -> None:
    taxonomies = [read_taxonomy(path) for path in data_folder("taxonomies").glob("*.yaml")]
    value = json.loads(text)
    VALIDATOR.validate(value)
    node = decode(value)
    check(
        node, Catalogue.of(taxonomies), library_of({key: {"all": []} for key in references(node)})
    )


def test_the_page_has_an_example_of_every_condition() -> None:
    shown = {name for text in EXAMPLES for name in re.findall(r'"(\w+)": [\[{]', text)}
    names = {next(iter(choice["properties"])) for choice in SCHEMA["$defs"]["Filter"]["oneOf"]}
    assert names - shown == {"any"}
