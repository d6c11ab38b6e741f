"""Files that are made from code say what the code says; `make generate` writes them anew."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from jsonschema import Draft202012Validator, ValidationError

from profilegraph.config import Settings, data_folder
from profilegraph.domain.records.kinds import RECORDS
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy_changes.changes import TagChange
from profilegraph.errors import InvalidFilter
from profilegraph.importers.records.mapping import FileMapping
from profilegraph.importers.taxonomies.files import read_taxonomy
from profilegraph.language.codec import decode, encode, json_schema
from profilegraph.language.nodes import Node
from profilegraph.language.saved_filters import references
from profilegraph.language.validation import check
from profilegraph.services.operations.file_schemas import CHANGE, MAPPING, json_schemas
from profilegraph.services.taxonomy_changes.planning import read_change
from scripts.render_reference import (
    IMPORTS,
    MODULES,
    PERMISSIONS,
    SETTINGS,
    columns_of,
    imports_page,
    modules_page,
    permissions_page,
    settings_page,
)
from scripts.render_segments import PAGE, page
from tests.meta.source import ROOT
from tests.property.strategies import filters
from tests.spec.conftest import library_of
from tests.support.budgets import budget

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
@settings(max_examples=budget(100, 500))
def test_the_published_schema_accepts_every_filter(node: Node) -> None:
    VALIDATOR.validate(encode(node))


@pytest.mark.parametrize("bad", BAD, ids=repr)
def test_the_published_schema_refuses_what_the_reader_refuses(bad: object) -> None:
    with pytest.raises(ValidationError):
        VALIDATOR.validate(bad)
    with pytest.raises(InvalidFilter):
        decode(bad)


@pytest.mark.parametrize(
    ("path", "write"),
    [
        (SETTINGS, settings_page),
        (IMPORTS, imports_page),
        (MODULES, modules_page),
        (PERMISSIONS, permissions_page),
    ],
)
def test_the_pages_of_settings_fields_and_modules_are_what_the_code_says(
    path: Path, write: Callable[[str], str]
) -> None:
    current = path.read_text("utf-8")
    assert write(current) == current, "run: make generate"


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, one in Settings.model_fields.items() if not one.description] == []


def test_every_kind_has_an_example_with_all_that_it_requires() -> None:
    for kind, record in RECORDS.items():
        fields, columns = record.model_fields, set(columns_of(kind))
        needed = {name for name, one in fields.items() if one.is_required()}
        assert needed <= columns <= set(fields), kind


@pytest.mark.parametrize("name", list(json_schemas()))
def test_the_published_schemas_of_files_are_what_the_code_says(name: str) -> None:
    published = json.loads((ROOT / "schema" / name).read_text("utf-8"))
    Draft202012Validator.check_schema(published)
    assert published == json_schemas()[name], "run: make generate"


def test_the_changes_on_the_page_are_changes_by_the_schema_that_editors_use() -> None:
    text = (ROOT / "docs" / "taxonomy-changes.md").read_text("utf-8")
    shown = [yaml.safe_load(one) for one in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    assert {key for one in shown for key in one} == set(TagChange.model_fields)
    validator = Draft202012Validator(json_schemas()[CHANGE])
    for one in shown:
        validator.validate(one)
        read_change(one)
    with pytest.raises(ValidationError):
        validator.validate(shown[0] | shown[1])


def test_the_mappings_on_the_page_and_of_the_example_fit_the_schema_that_editors_use() -> None:
    text = (ROOT / "docs" / "import.md").read_text("utf-8")
    shown = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    shown += [path.read_text("utf-8") for path in (ROOT / "examples" / "cdnow").glob("*.yaml")]
    validator = Draft202012Validator(json_schemas()[MAPPING])
    for one in shown:
        validator.validate(yaml.safe_load(one))
        FileMapping.model_validate(yaml.safe_load(one))
    with pytest.raises(ValidationError):
        validator.validate({"feilds": {}})


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
