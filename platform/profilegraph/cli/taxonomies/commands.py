"""`profilegraph taxonomy`: check and load taxonomy files, list what is installed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.in_use import Installed, find_in_use
from profilegraph.cli.terminal.listing import AsJson, counted, named, show_json, show_table
from profilegraph.cli.terminal.running import present, run
from profilegraph.errors import InvalidTaxonomy

if TYPE_CHECKING:
    from profilegraph.domain.taxonomy.definition import Tag
    from profilegraph.importers.taxonomies.files import TaxonomySource


app = typer.Typer(
    help="Dimensions, tags, attributes, event types and metrics.", no_args_is_help=True
)

SHOWN = 40
"""Tags of a dimension on a terminal, or warnings, that a list names; it tells the number of others."""
LOCALE = typer.Option(help="Language of the labels, such as en or zh-CN.")


FILES = typer.Argument(help="Taxonomy files (YAML).")
SINCE = typer.Option(
    help="An earlier file of the same taxonomy; without it, what is installed counts as that."
)


@app.command()
def check(
    files: Annotated[list[Path], FILES],
    since: Annotated[list[Path] | None, SINCE] = None,
) -> None:
    """Check taxonomy files, each, all together with what is installed, and as new versions."""
    from profilegraph.domain.taxonomy.difference import compare
    from profilegraph.hooks.hosting.host import load_host
    from profilegraph.importers.taxonomies.files import (
        incompatibilities_of,
        missing_labels,
        read_sources,
        read_taxonomies,
    )
    from profilegraph.importers.taxonomies.versions import version_faults

    sources = read_sources(files)
    installed = load_host().taxonomies
    olds = read_taxonomies(since) if since else installed
    named = {source.taxonomy.key: source for source in sources}
    # A file of `since` that fits none is compared all the same, which says what is wrong with it.
    pairs = [(named.get(old.key, sources[0]), old) for old in olds if since or old.key in named]
    faults = incompatibilities_of(sources, installed)
    faults += [fault for source, old in pairs for fault in version_faults(source, old)]
    if faults:
        raise InvalidTaxonomy(faults)
    for source in sources:
        _tell_sound(source)
        _warn(missing_labels(source))
    for source, old in pairs:
        for change in compare(old, source.taxonomy).changes:
            out.print(escape(f"{source.name}: since {old.version} {change}"))


def _warn(told: Sequence[str]) -> None:
    for one in told[:SHOWN]:
        out.print(f"[yellow]warning[/] {escape(one)}")
    if len(told) > SHOWN:
        out.print(f"[yellow]warning[/] and {len(told) - SHOWN:,} more labels are missing")


def _tell_sound(source: TaxonomySource) -> None:
    from profilegraph.domain.taxonomy.compatibility import definitions_of
    from profilegraph.domain.taxonomy.definition import Kind

    found = source.taxonomy
    tags = sum(one.kind is Kind.TAG for one in definitions_of([found]))
    out.print(
        f"{escape(source.name)}: {found.key} {found.version} is sound:"
        f" {counted(len(found.dimensions), 'dimension')}, {counted(tags, 'tag')}"
    )


@app.command()
def load(files: Annotated[list[Path], FILES]) -> None:
    """Check taxonomy files and put them into the graph; their tags can be used from then on."""
    from profilegraph.importers.taxonomies.files import read_sources
    from profilegraph.services.taxonomies.loading import load_sources

    sources = read_sources(files)
    changed = run(lambda platform: load_sources(platform.database, sources, present()))
    for source in sources:
        taxonomy = source.taxonomy
        what = "is in the graph now" if taxonomy in changed else "was there already, or a newer one"
        out.print(f"{taxonomy.key} {taxonomy.version} {what}")


@app.command("list")
def list_(
    locale: Annotated[str, LOCALE] = "en",
    installed: Installed = False,
    as_json: AsJson = False,
) -> None:
    """List the dimensions of every taxonomy that is in use, with their tags; then what is not."""
    from rich.table import Table

    host, taxonomies = find_in_use(installed=installed)
    if as_json:
        found = [
            one.model_dump(mode="json", by_alias=True, exclude_defaults=True) for one in taxonomies
        ]
        show_json({"taxonomies": found, "outOfUse": dict(host.disabled)})
        return
    for taxonomy in taxonomies:
        title = f"{taxonomy.key} {taxonomy.version}  {taxonomy.labels.text(locale)}"
        table = Table(title=escape(title), title_justify="left")
        for column in ("dimension", "label", "tags"):
            table.add_column(column)
        for dimension in taxonomy.dimensions:
            label = escape(dimension.labels.text(locale))
            table.add_row(dimension.key, label, _listed(dimension.tags, locale))
        for addition in taxonomy.additions:
            table.add_row(addition.dimension, "(adds)", _listed(addition.tags, locale))
        show_table(table)
    for key, reason in host.disabled.items():
        out.print(f"[bold red]OUT OF USE[/] {escape(f'{host.providers[key].name}: {reason}')}")


def _listed(tags: Sequence[Tag], locale: str) -> str:
    shown = tags[:SHOWN] if out.is_terminal else tags
    more = f", and {len(tags) - len(shown)} more" if len(tags) > len(shown) else ""
    return escape(", ".join(named(tag.key, tag.labels.text(locale)) for tag in shown) + more)


@app.command()
def schema() -> None:
    """Print the JSON Schema of taxonomy files, for editors."""
    from profilegraph.importers.taxonomies.files import taxonomy_schema

    out.print(json.dumps(taxonomy_schema(), indent=2, ensure_ascii=False), markup=False)
