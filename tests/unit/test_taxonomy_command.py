"""`profilegraph taxonomy` and `profilegraph plugin list`, without a database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from profilegraph.cli import plugin, taxonomy
from profilegraph.config import data_folder
from profilegraph.errors import Conflict, InvalidTaxonomy
from profilegraph.importers.taxonomies import taxonomy_schema

FOLDER = data_folder("taxonomies")


def output(*arguments: str) -> str:
    done = CliRunner().invoke(taxonomy.app, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_check_says_what_sound_files_hold() -> None:
    printed = output("check", str(FOLDER / "b2b_core.yaml"), str(FOLDER / "commerce.yaml"))
    assert "b2b_core 1.1.0 is sound: 13 dimensions, 53 tags" in printed
    assert "commerce 1.0.0 is sound" in printed


def test_check_raises_the_faults_of_all_files(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("key: a\nversion: 1\n")
    with pytest.raises(InvalidTaxonomy) as caught:
        output("check", str(broken), str(tmp_path / "none.yaml"))
    assert [fault.removeprefix(str(tmp_path)) for fault in caught.value.faults] == [
        "/broken.yaml:1:1: the taxonomy 'a' lacks `labels`",
        "/broken.yaml:2:10: `version` is the int 1; it must be text; put it into quotes",
        "/none.yaml: cannot be read: No such file or directory",
    ]


def test_check_refuses_files_that_do_not_go_together(tmp_path: Path) -> None:
    copy = tmp_path / "copy.yaml"
    copy.write_text(
        (FOLDER / "commerce.yaml").read_text("utf-8").replace("key: commerce", "key: b")
    )
    with pytest.raises(Conflict, match="'commerce' and 'b' both define the dimension 'rfm'"):
        output("check", str(FOLDER / "commerce.yaml"), str(copy))


def test_list_shows_dimensions_and_tags_in_the_language_asked_for() -> None:
    assert "Company size" in output("list")
    chinese = output("list", "--locale", "zh-CN")
    assert "企业规模" in chinese
    assert "state_owned" in chinese


def test_schema_prints_the_published_schema() -> None:
    assert json.loads(output("schema")) == taxonomy_schema()


def test_the_list_of_plugins_begins_with_the_core() -> None:
    done = CliRunner().invoke(plugin.app, ["list"], catch_exceptions=False)
    assert done.exit_code == 0
    assert "core" in done.output
    assert "register_taxonomies" in done.output
