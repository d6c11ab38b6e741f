"""The page on taxonomies: its files are sound, its transcripts true, its table complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from profilegraph.cli.taxonomies import commands as taxonomy
from profilegraph.config import data_folder
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.compatibility import definitions_of
from profilegraph.domain.taxonomy.definition import Kind
from profilegraph.errors import InvalidTaxonomy
from profilegraph.importers.taxonomies.files import parse_taxonomy, read_taxonomies

PAGE = (Path(__file__).parents[2] / "docs" / "taxonomies.md").read_text("utf-8")
FIRST, RAIL, SECOND = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
COMPARED, FAULTS = re.findall(r"```\n\$ profilegraph taxonomy (.*?)```", PAGE, re.DOTALL)
SHIPPED = read_taxonomies(sorted(data_folder("taxonomies").glob("*.yaml")))


def run(transcript: str) -> tuple[str, str]:
    """Return what a command of the page prints here, and what the page says."""
    command, _, said = transcript.partition("\n")
    done = CliRunner().invoke(taxonomy.app, command.split(), catch_exceptions=False)
    return done.output, said


def test_the_files_go_together_with_all_that_ships() -> None:
    found = [parse_taxonomy(text, "page") for text in (FIRST, RAIL)]
    catalogue = Catalogue.of([*SHIPPED, *found])
    assert "sales_area/ningbo" in catalogue.descendants["sales_area/east"]


def test_a_new_version_is_compared_as_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("acme_1.0.0.yaml").write_text(FIRST, "utf-8")
    Path("acme.yaml").write_text(SECOND, "utf-8")
    printed, said = run(COMPARED)
    assert printed == said


def test_faults_are_told_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    wrong = FIRST.partition("\n")[2].replace("cardinality:", "cardinalty:", 1)
    Path("acme.yaml").write_text(wrong.replace("parent: east", "parent: est"), "utf-8")
    with pytest.raises(InvalidTaxonomy) as caught:
        run(FAULTS)
    told = FAULTS.splitlines()[1:]
    assert [fault for fault in caught.value.faults if fault in told] == told


def test_the_table_has_every_taxonomy_with_its_numbers() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (\d+) \| (\d+) \|", PAGE, re.MULTILINE)
    told = {key: (re.findall(r"\w+", on), int(own), int(tags)) for key, on, own, tags in rows}
    assert told == {
        one.key: (
            list(one.extends),
            len(one.dimensions),
            sum(place.kind is Kind.TAG for place in definitions_of([one])),
        )
        for one in SHIPPED
    }


def test_the_page_names_every_field() -> None:
    schema = (data_folder("schema") / "taxonomy.schema.json").read_text("utf-8")
    fields = {name for name in re.findall(r'"(\w+)": \{', schema) if name[0].islower()}
    fields -= {
        "properties",
        "items",
        "additionalProperties",
        "propertyNames",
        "patternProperties",
        "anyOf",
        "en",
    }
    assert {name for name in fields if f"`{name}`" not in PAGE and f"{name}:" not in PAGE} == set()
