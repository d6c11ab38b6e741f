"""`profilegraph taxonomy plan`, `apply`, `undo` and `changes`: tags in use, changed with foresight.

Whoever can run these commands runs the deployment: no duty keeps them from anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from profilegraph.cli.taxonomies import commands as taxonomy
from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.listing import AsJson, show_json, show_rows, show_table
from profilegraph.cli.terminal.operator import operator_context
from profilegraph.cli.terminal.running import Locale, run
from profilegraph.errors import InvalidInput

if TYPE_CHECKING:
    from rich.table import Table

    from profilegraph.domain.taxonomy_changes.changes import TagChange
    from profilegraph.domain.taxonomy_changes.kept import KeptChange
    from profilegraph.services.platform import Platform
    from profilegraph.services.taxonomy_changes.previews import NamedCustomer, Plan, SegmentEffect


app = taxonomy.app
Key = Annotated[str, typer.Argument(help="Key of the change.", show_default=False)]


@app.command()
def plan(
    file: Annotated[
        Path, typer.Argument(help="A change (YAML or JSON), or a taxonomy file's new version.")
    ],
    locale: Locale,
) -> None:
    """Say what a change of tags would do to segments and taggings, and keep the plan for a week."""
    from profilegraph.services.taxonomy_changes import planning

    command = planning.PlanTaxonomyChange(_read(file))
    made = run(lambda platform: planning.plan(platform, command, operator_context()))
    _show(made, locale)


@app.command()
def apply(
    key: Key,
    locale: Locale,
    allow_broken: Annotated[
        bool, typer.Option("--allow-broken", help="Apply it even where segments break.")
    ] = False,
) -> None:
    """Apply a planned change, or go on with one that was interrupted."""
    from profilegraph.services.taxonomy_changes import planning
    from profilegraph.services.taxonomy_changes.applying import Application
    from profilegraph.services.taxonomy_changes.applying import apply as apply_change
    from profilegraph.services.taxonomy_changes.planning import plan_of

    async def work(platform: Platform) -> KeptChange:
        digest = plan_of(await planning.kept_change(platform, key)).digest
        return await apply_change(
            platform, Application(key, digest, allow_broken), operator_context()
        )

    _print_change(run(work), locale)


@app.command()
def undo(key: Key, locale: Locale) -> None:
    """Take an applied change back, where nothing that came later depends on it."""
    from profilegraph.services.taxonomy_changes.undoing import undo as undo_change

    _print_change(run(lambda platform: undo_change(platform, key, operator_context())), locale)


@app.command()
def changes(locale: Locale, as_json: AsJson = False) -> None:
    """List the changes that were planned, the newest first."""
    from profilegraph.services.taxonomy_changes import planning
    from profilegraph.services.taxonomy_changes.planning import plan_of
    from profilegraph.services.taxonomy_changes.wording import told

    found = [
        (one, told(plan_of(one), locale))
        for one in run(lambda platform: planning.changes(platform))
    ]
    if as_json:
        listed = [
            {"key": one.key, "state": one.state, "change": text, "plannedAt": one.at, "by": one.by}
            for one, text in found
        ]
        show_json(listed)
        return
    show_rows(
        ("key", "state", "change", "planned", "by"),
        ((one.key, one.state, text, f"{one.at:%Y-%m-%d %H:%M}", one.by) for one, text in found),
    )


def _read(file: Path) -> TagChange:
    from profilegraph.importers.taxonomies.located_yaml import YamlFault, load_located
    from profilegraph.services.taxonomy_changes.planning import read_change

    try:
        text = file.read_text(encoding="utf-8-sig")
        data = load_located(text).data
    except OSError as fault:
        raise InvalidInput(f"{file}: cannot be read: {fault.strerror}") from fault
    except (UnicodeDecodeError, YamlFault) as fault:
        raise InvalidInput(f"{file}: is no YAML: {fault}") from fault
    if isinstance(data, dict) and {"key", "version"} <= data.keys():
        data = {"version": {"text": text}}
    return read_change(data)


def _show(made: Plan, locale: str) -> None:
    from dataclasses import astuple

    from profilegraph.rendering.languages import wording
    from profilegraph.services.taxonomy_changes.wording import told, touched, warned

    words = wording(locale).changes
    out.print(escape(told(made, locale)), style="bold")
    out.print(touched(made, locale))
    if made.segments:
        show_table(_table(made.segments, astuple(words.headings), locale))
    else:
        out.print(words.none_touched)
    for one in made.warnings:
        out.print(f"! {escape(warned(one, locale))}", style="red" if one.breaks else "yellow")
    if made.breaking:
        out.print(words.breaks.format("--allow-broken"))
    out.print(words.apply.format(f"profilegraph taxonomy apply {made.key}"))


def _table(effects: Sequence[SegmentEffect], headings: Sequence[str], locale: str) -> Table:
    from rich.table import Table

    table = Table(*headings)
    for one in effects:
        table.add_row(
            one.key,
            escape(one.labels.text(locale)),
            _number(one.before),
            _number(one.after),
            f"+{one.entered:,}" if one.entered else "",
            f"-{one.left:,}" if one.left else "",
            escape(", ".join(map(_name, (*one.entering, *one.leaving)))),
        )
    return table


def _number(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _name(one: NamedCustomer) -> str:
    return one.key if one.name is None else f"{one.name} ({one.key})"


def _print_change(change: KeptChange, locale: str) -> None:
    from profilegraph.services.taxonomy_changes.planning import plan_of
    from profilegraph.services.taxonomy_changes.wording import told

    out.print(f"{change.key} {change.state}: {escape(told(plan_of(change), locale))}")
