from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from profilegraph.cli.main import app
from profilegraph.domain.records.kinds import RECORDS
from profilegraph.domain.values import Labels, Record
from profilegraph.errors import InvalidInput, NotFound, ProfilegraphError
from profilegraph.hooks import Conventions, Importer, NoOptions, UnreadableItem, hookimpl
from tests.support.plugins import host_of


class Lines(Importer[NoOptions]):
    """Reads nothing."""

    key = "lines"
    labels = Labels(zh_cn="行", en="Lines")
    options = NoOptions

    @hookimpl
    def register_importers(self) -> Sequence[Importer[Any]]:
        return [self]

    def read(
        self, source: Path, options: NoOptions, conventions: Conventions
    ) -> Iterator[Record | UnreadableItem]:
        yield from ()


def failure(*arguments: str) -> ProfilegraphError:
    result = CliRunner().invoke(app, ["import", *arguments])
    assert isinstance(result.exception, ProfilegraphError), result.output
    return result.exception


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "rows.csv"
    path.write_text("key\nC1\n", encoding="utf-8")
    return str(path)


def test_an_unknown_kind_is_refused_with_those_that_exist(table: str) -> None:
    error = failure("custmers", table)
    assert isinstance(error, NotFound)
    assert all(kind in error.hint for kind in RECORDS)


def test_several_files_cannot_share_a_source_or_a_reject_file(table: str) -> None:
    for option in ("--source", "--reject"):
        error = failure("customers", table, table, option, "x")
        assert isinstance(error, InvalidInput)
        assert "one by one" in error.hint


def test_a_faulty_mapping_is_told_before_a_database_is_asked(table: str, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("fields: {key: {colum: a}}\n", encoding="utf-8")
    assert "colum" in failure("customers", table, "--mapping", str(mapping)).message


def test_a_missing_file_is_a_wrong_use_of_the_command(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["import", "customers", str(tmp_path / "none.csv")])
    assert result.exit_code == 2


def test_options_are_for_importers_and_mappings_are_not(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "options are for importers" in failure("customers", table, "-o", "a=b").message
    host = host_of(test=Lines())
    monkeypatch.setattr("profilegraph.hooks.hosting.host.load_host", lambda: host)
    assert "lines" in failure("lnes", table).hint
    assert "Options of the importer 'lines': none" in failure("lines", table, "-o", "a=b").hint
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("fields: {key: a}\n", encoding="utf-8")
    assert "needs no mapping" in failure("lines", table, "--mapping", str(mapping)).message


def test_an_encoding_that_is_none_is_told_before_a_database_is_asked(table: str) -> None:
    error = failure("customers", table, "--encoding", "utf-61")
    assert "no encoding is called 'utf-61'" in error.message
    assert error.where == "--encoding"
