from pathlib import Path

import pytest
from typer.testing import CliRunner

from profilegraph.cli.main import app
from profilegraph.errors import InvalidInput, NotFound, ProfilegraphError
from profilegraph.storage.upserts import RECORDS


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
