"""`profilegraph documents`: the manifest of the documents that front ends send."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.in_use import Installed, find_in_use

app = typer.Typer(
    help="Trusted documents: the operations that front ends send.", no_args_is_help=True
)


@app.callback()
def group() -> None:
    """Trusted documents: the operations that front ends send."""


@app.command()
def manifest(
    folder: Annotated[
        Path,
        typer.Argument(
            help="A front end's sources: .graphql, .gql, and templates in .ts and .tsx.",
            exists=True,
            file_okay=False,
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where to: JSON of documents by id.")
    ],
    names: Annotated[
        Path | None,
        typer.Option(help="Where to write the ids by name of the operation, for the front end."),
    ] = None,
    typenames: Annotated[
        bool,
        typer.Option("--typenames", help="Ask each object for its __typename, as caches need it."),
    ] = False,
    installed: Installed = False,
) -> None:
    """Check a front end's documents against the schema, and write the manifest of them.

    Each operation is a document, with the fragments that it uses; its id is the SHA-256 of its text.
    """
    from profilegraph.api.documents.collecting import collect
    from profilegraph.api.schema import build_schema
    from profilegraph.domain.taxonomy.catalogue import Catalogue

    host, taxonomies = find_in_use(installed=installed)
    schema = build_schema(Catalogue.of(taxonomies), host)
    found = collect(folder, schema, typenames=typenames)
    _write(output, found.documents)
    if names is not None:
        _write(names, found.ids)
    out.print(f"{len(found.documents)} documents are in {output}", markup=False)


def _write(path: Path, texts: Mapping[str, str]) -> None:
    text = json.dumps(texts, ensure_ascii=False, indent=2, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
