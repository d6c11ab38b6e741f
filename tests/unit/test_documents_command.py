"""The manifest of a front end's documents: what is collected, and what is said of faults."""

import json
from pathlib import Path

import pytest
from graphql import parse
from typer.testing import CliRunner

from profilegraph.api.documents.collecting import collect
from profilegraph.api.documents.trusted import document_id, read_manifest
from profilegraph.api.runtime.operations import RunnableSchema
from profilegraph.api.schema import build_schema
from profilegraph.cli.operations.documents import app
from profilegraph.errors import InvalidDocuments
from tests.meta.source import ROOT

CARD = """query Card($key: String!) {
  customer(key: $key) {
    ...Name
  }
}

fragment Name on Customer {
  name
}"""


@pytest.fixture(scope="module")
def schema() -> RunnableSchema:
    return build_schema()


def written(folder: Path, **files: str) -> Path:
    """Write files, whose names have two underscores for a dot, and return their folder."""
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, "utf-8")
    return folder


def faults(folder: Path, schema: RunnableSchema) -> list[str]:
    with pytest.raises(InvalidDocuments) as told:
        collect(folder, schema)
    return [one.replace(f"{folder}/", "") for one in told.value.faults]


def test_an_operation_is_a_document_with_the_fragments_that_it_uses(schema, tmp_path):
    folder = written(
        tmp_path,
        card__graphql="query Card($key: String!) { customer(key: $key) { ...Name } }",
        parts__gql="fragment Name on Customer { name } fragment Unused on Customer { key }",
        me__graphql="query Me { viewer { name } } query Again { viewer { name } }",
    )
    found = collect(folder, schema)
    assert found.documents[found.ids["Card"]] == CARD
    assert found.ids.keys() == {"Card", "Me", "Again"}
    assert found.documents.keys() == set(found.ids.values())
    assert all(id_ == document_id(text) for id_, text in found.documents.items())


@pytest.mark.parametrize(
    "template",
    [
        "export const CARD = gql`{}`;",
        "const CARD = graphql(`{}`);",
        "const CARD = graphql(/* GraphQL */ `{}`);",
        "const CARD = gql `{}${{NAME}}`;",
    ],
)
def test_templates_in_typescript_are_documents_too(schema, tmp_path, template):
    operation, fragment = CARD.split("\n\n")
    first = template.replace("{}", operation).replace("{{", "{").replace("}}", "}")
    folder = written(
        tmp_path,
        card__tsx=first,
        name__ts=f"export const NAME = gql`{fragment}`; f(`{{nothing}}`);",
    )
    assert [*collect(folder, schema).documents.values()] == [CARD]


def test_hidden_folders_and_installed_packages_are_left_out(schema, tmp_path):
    for name in (".cache", "node_modules"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, wrong__graphql="query Wrong { nothing }")
    written(tmp_path, me__graphql="query Me { viewer { name } }", notes__md="query No { nothing }")
    assert collect(tmp_path, schema).ids.keys() == {"Me"}


def test_objects_but_the_root_are_asked_for_their_type_if_wanted(schema, tmp_path):
    text = 'query Card { customer(key: "a") { key tags { __typename tag { key } } } }'
    folder = written(tmp_path, card__graphql=text)
    [document] = collect(folder, schema, typenames=True).documents.values()
    wanted = """{ customer(key: "a") {
      key tags { __typename tag { key __typename } } __typename } }"""
    assert parse(document, no_location=True) == parse(f"query Card {wanted}", no_location=True)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"a__graphql": "query A {\n  viewer {\n", "b__graphql": "query B {\n  ("},
            [
                "a.graphql:3: Syntax Error: Expected Name, found <EOF>.",
                "b.graphql:2: Syntax Error: Expected Name, found '('.",
            ],
        ),
        (
            {
                "a__graphql": "query A {\n  viewer { nam }\n}\n",
                "b__ts": "x;\nconst B = gql`\nquery B { no }`",
            },
            [
                "a.graphql:2: Cannot query field 'nam' on type 'Viewer'. Did you mean 'name'?",
                "b.ts:3: Cannot query field 'no' on type 'Query'.",
            ],
        ),
        (
            {
                "a__graphql": "query A { viewer { name } }",
                "b__gql": "\nquery A { viewer { name } }",
            },
            ["a.graphql:1: There can be only one operation named 'A'."],
        ),
        (
            {"a__graphql": "query A { viewer { ...F } }", "b__gql": "fragment F on Viewer { no }"},
            ["b.gql:1: Cannot query field 'no' on type 'Viewer'."],
        ),
        ({"a__graphql": "\n\n{ viewer { name } }"}, ["a.graphql:3: an operation needs a name."]),
        (
            {"a__ts": "f(\n gql`query A { viewer { ${fields.join()} } }`)"},
            ["a.ts:2: Syntax Error: Expected Name, found '$'."],
        ),
        (
            {
                "a__graphql": "query B { viewer { name } }\nquery A {"
                + " ".join(f"a{n}: __typename" for n in range(40))
                + "}"
            },
            [
                "a.graphql:2: A: The query has more than 10 root fields. Ask in several requests.",
                "a.graphql:2: A: The query has more than 30 aliases. Ask in several requests.",
            ],
        ),
    ],
)
def test_every_fault_is_told_with_its_file_and_line(schema, tmp_path, files, told):
    assert faults(written(tmp_path, **files), schema) == told


def test_a_folder_without_operations_is_a_fault(schema, tmp_path):
    [told] = faults(written(tmp_path, a__gql="fragment F on Viewer { name }"), schema)
    assert "no operation" in told


def test_the_command_writes_a_manifest_that_can_be_served_and_the_ids_by_name(tmp_path):
    output, names = tmp_path / "manifest.json", tmp_path / "ids.json"
    documents = ROOT / "examples" / "client" / "documents"
    arguments = [str(documents), "-o", str(output), "--names", str(names), "--installed"]
    done = CliRunner().invoke(app, ["manifest", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    ids = json.loads(names.read_text("utf-8"))
    assert {*ids.values()} == read_manifest(output).keys()
    assert f"{len(ids)} documents" in done.stdout


def test_the_command_writes_nothing_if_there_are_faults(tmp_path):
    output = tmp_path / "manifest.json"
    folder = written(tmp_path, a__graphql="query A { nothing }")
    done = CliRunner().invoke(app, ["manifest", str(folder), "-o", str(output), "--installed"])
    assert isinstance(done.exception, InvalidDocuments)
    assert not output.exists()
