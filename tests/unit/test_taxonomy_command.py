"""`profilegraph taxonomy` and `profilegraph plugin list`, without a database."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from profilegraph.cli.plugins import commands as plugin
from profilegraph.cli.taxonomies import commands as taxonomy
from profilegraph.config import data_folder
from profilegraph.errors import InvalidTaxonomy
from profilegraph.importers.taxonomies.files import taxonomy_schema

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
    with pytest.raises(InvalidTaxonomy) as caught:
        output("check", str(FOLDER / "commerce.yaml"), str(copy))
    assert caught.value.faults[0] == (
        f"{copy}:10:5: the taxonomies 'commerce' and 'b' both define the dimension 'rfm'."
        " Rename one of the two."
    )


def test_check_knows_what_is_installed(tmp_path: Path) -> None:
    path = tmp_path / "acme.yaml"
    text = "key: acme\nversion: 1.0.0\nlabels: {zh-CN: 某, en: Acme}\nextends: {b2b_core: '>=2'}\n"
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidTaxonomy) as caught:
        output("check", str(path))
    [fault] = caught.value.faults
    assert fault.startswith(f"{path}:4:21: the taxonomy 'acme' extends 'b2b_core' >=2, and")


OLD = """\
key: acme
version: 1.0.0
labels: {zh-CN: 某, en: Acme}
dimensions:
  - key: fleet
    labels: {zh-CN: 车队, en: Fleet}
    cardinality: multi
    tags:
      - {key: vans, labels: {zh-CN: 厢式车, en: Vans}}
      - {key: trucks, labels: {zh-CN: 卡车, en: Trucks}}
events:
  - {key: drive, labels: {zh-CN: 试驾, en: Drive}}
"""


def since(tmp_path: Path, new: str) -> str:
    for name, text in (("old", OLD), ("new", new)):
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    return output("check", str(tmp_path / "new.yaml"), "--since", str(tmp_path / "old.yaml"))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "      - {key: trucks, labels: {zh-CN: 卡车, en: Trucks}}\n",
            "",
            (
                "9:7: the tag 'fleet/trucks' of version 1.0.0 is gone; if it has another key now,"
                " write `aliases: [trucks]` there; else say so under `removed`:"
                " - {kind: tag, key: fleet/trucks}"
            ),
        ),
        (
            "key: trucks",
            "key: lorries",
            (
                "9:7: the tag 'fleet/trucks' of version 1.0.0 is gone; if it is 'fleet/lorries'"
                " now, write `aliases: [trucks]` there; else say so under `removed`:"
                " - {kind: tag, key: fleet/trucks}"
            ),
        ),
        (
            "events:\n  - {key: drive, labels: {zh-CN: 试驾, en: Drive}}\n",
            "",
            (
                "1:1: the event type 'drive' of version 1.0.0 is gone; say so under `removed`:"
                " - {kind: event, key: drive}"
            ),
        ),
        (
            "key: vans",
            "key: cars, labels: {zh-CN: 轿车, en: Cars}}\n      - {key: vans",
            (
                "2:10: `version` is 1.0.0, and since 1.0.0 the tag 'fleet/cars' was added;"
                " it must be at least 1.1.0"
            ),
        ),
        (
            "version: 1.0.0",
            "version: 0.9.0",
            "2:10: `version` is 0.9.0, before 1.0.0; a version only grows",
        ),
        (
            "key: acme",
            "key: acme_too",
            (
                "1:6: `key` is 'acme_too', and the earlier version is of 'acme';"
                " name two files of one taxonomy"
            ),
        ),
    ],
)
def test_check_says_what_keeps_a_file_from_being_the_next_version(
    tmp_path: Path, old: str, new: str, fault: str
) -> None:
    assert OLD.count(old) == 1
    with pytest.raises(InvalidTaxonomy) as caught:
        since(tmp_path, OLD.replace(old, new))
    assert f"{tmp_path / 'new.yaml'}:{fault}" in caught.value.faults


def test_check_lists_what_changed_since_an_earlier_version(tmp_path: Path) -> None:
    new = OLD.replace("key: trucks,", "key: lorries, aliases: [trucks],")
    printed = since(tmp_path, new.replace("version: 1.0.0", "version: 1.1.0"))
    assert "acme 1.1.0 is sound: 1 dimension, 2 tags" in printed
    assert "since 1.0.0 the tag 'fleet/trucks' became 'fleet/lorries'" in printed


def test_list_shows_dimensions_and_tags_in_the_language_asked_for() -> None:
    assert "Company size" in output("list", "--installed")
    chinese = output("list", "--installed", "--locale", "zh-CN")
    assert "企业规模" in chinese
    assert "state_owned" in chinese
    assert re.search(r"region\s+│ \(adds\)", chinese)
    assert re.search(r"state_owned \([^)]*国", chinese)


def test_a_list_in_a_pipe_has_every_tag_in_one_line_of_its_dimension() -> None:
    listed = output("list", "--installed")
    assert not re.search(r"and \d+ more|…", listed)
    [region] = [line for line in listed.splitlines() if re.match(r"│ region\s+│ \(adds\)", line)]
    assert region.count("(") > 300


def test_a_list_for_programs_is_json() -> None:
    found = json.loads(output("list", "--installed", "--json"))
    taxonomies = {one["key"]: one for one in found["taxonomies"]}
    [size] = [one for one in taxonomies["b2b_core"]["dimensions"] if one["key"] == "company_size"]
    assert size["labels"]["en"] == "Company size"
    listed = CliRunner().invoke(
        plugin.app, ["list", "--installed", "--json"], catch_exceptions=False
    )
    plugins = {one["name"]: one for one in json.loads(listed.output)["plugins"]}
    assert next(iter(plugins)) == "core"
    assert (plugins["core"]["commands"], plugins["wecom"]["commands"]) == ([], ["wecom"])


def test_schema_prints_the_published_schema() -> None:
    assert json.loads(output("schema")) == taxonomy_schema()


def test_the_list_of_plugins_begins_with_the_core() -> None:
    done = CliRunner().invoke(plugin.app, ["list", "--installed"], catch_exceptions=False)
    assert done.exit_code == 0
    assert "core" in done.output
    assert "register_taxonomies" in done.output
