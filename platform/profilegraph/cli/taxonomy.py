"""`profilegraph taxonomy`: check and load taxonomy files, list what is installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from profilegraph.cli.console import out
from profilegraph.cli.running import present, run
from profilegraph.domain.catalogue import Catalogue
from profilegraph.hooks.host import load_host
from profilegraph.importers.taxonomies import read_taxonomies, taxonomy_schema
from profilegraph.services.taxonomies import load_taxonomies

app = typer.Typer(
    help="Dimensions, tags, attributes, event types and metrics.", no_args_is_help=True
)

LOCALE = typer.Option(help="Language of the labels: en or zh-CN.")


@app.command()
def check(files: Annotated[list[Path], typer.Argument(help="Taxonomy files (YAML).")]) -> None:
    """Check taxonomy files, each and all together; needs no database."""
    taxonomies = read_taxonomies(files)
    Catalogue.of(taxonomies)
    for path, taxonomy in zip(files, taxonomies, strict=True):
        tags = sum(len(dimension.tags) for dimension in taxonomy.dimensions)
        out.print(
            f"{escape(str(path))}: {taxonomy.key} {taxonomy.version} is sound:"
            f" {len(taxonomy.dimensions)} dimensions, {tags} tags"
        )


@app.command()
def load(files: Annotated[list[Path], typer.Argument(help="Taxonomy files (YAML).")]) -> None:
    """Check taxonomy files and put them into the graph; their tags can be used from then on."""
    taxonomies = read_taxonomies(files)
    changed = run(lambda platform: load_taxonomies(platform.database, taxonomies, present()))
    for taxonomy in taxonomies:
        what = "is in the graph now" if taxonomy in changed else "was there already"
        out.print(f"{taxonomy.key} {taxonomy.version} {what}")


@app.command("list")
def list_(locale: Annotated[str, LOCALE] = "en") -> None:
    """List the dimensions of every taxonomy that is installed, with their tags."""
    for taxonomy in load_host().taxonomies:
        title = f"{taxonomy.key} {taxonomy.version}  {taxonomy.labels.text(locale)}"
        table = Table(title=escape(title), title_justify="left")
        for column in ("dimension", "label", "tags"):
            table.add_column(column)
        for dimension in taxonomy.dimensions:
            tags = ", ".join(tag.key for tag in dimension.tags)
            table.add_row(dimension.key, escape(dimension.labels.text(locale)), tags)
        out.print(table)


@app.command()
def schema() -> None:
    """Print the JSON Schema of taxonomy files, for editors."""
    out.print(json.dumps(taxonomy_schema(), indent=2, ensure_ascii=False), markup=False)
