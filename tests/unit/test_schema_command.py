"""`profilegraph schema`: what changed since an older schema, and what editors check files by."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from profilegraph.cli.operations.schema import app
from profilegraph.config import data_folder
from profilegraph.importers.taxonomies.located_yaml import load_located
from profilegraph.services.operations.file_schemas import json_schemas


def test_files_are_written_for_editors_each_with_the_line_that_names_it(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["files", str(tmp_path / "schema")], catch_exceptions=False)
    lines = done.output.splitlines()
    for name, line in zip(json_schemas(), lines, strict=True):
        path = Path(line.removeprefix("# yaml-language-server: $schema="))
        assert path == tmp_path / "schema" / name
        Draft202012Validator.check_schema(json.loads(path.read_text("utf-8")))


def test_every_shipped_taxonomy_names_a_schema_that_is_there_and_fits_it() -> None:
    mark = "# yaml-language-server: $schema="
    paths = sorted(data_folder("taxonomies").glob("*.yaml"))
    assert "b2b_core.yaml" in {path.name for path in paths}
    for path in paths:
        text = path.read_text("utf-8")
        first = text.splitlines()[0]
        schema = (path.parent / first.removeprefix(mark)).resolve()
        assert first.startswith(mark)
        validator = Draft202012Validator(json.loads(schema.read_text("utf-8")))
        validator.validate(load_located(text).data)  # YAML 1.2, as editors read it


def test_what_breaks_documents_since_an_older_schema_is_told_and_fails(tmp_path: Path) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, [*arguments])
        return done.exit_code, done.output

    _, printed = run("print", "--installed")
    older = tmp_path / "older.graphql"
    older.write_text(printed, "utf-8")
    assert run("diff", str(older), "--installed") == (0, "What was valid before is valid now.\n")
    older.write_text(printed.replace("type Query {", 'type Query {\n  "Gone."\n  gone: Int\n', 1))
    status, told = run("diff", str(older), "--installed")
    assert status == 1
    assert told.startswith("breaks")
    assert "Query.gone" in told
