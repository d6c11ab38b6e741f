"""`profilegraph segment export`: a segment's members as a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from profilegraph.cli.console import out
from profilegraph.cli.running import Locale, Moment, present, run
from profilegraph.services.exports.cells import Style
from profilegraph.services.exports.columns import What
from profilegraph.services.exports.files import Form, form_of
from profilegraph.services.exports.tables import open_table
from profilegraph.services.platform import Platform


def export(
    key: Annotated[str, typer.Argument(help="The segment's key.", show_default=False)],
    file: Annotated[
        Path,
        typer.Argument(
            help="Where to; its name ends in .csv, .xlsx or .jsonl.", show_default=False
        ),
    ],
    locale: Locale,
    columns: Annotated[
        str | None,
        typer.Option(
            help="Names of columns with commas between, such as key,name,tags:company_size.",
            show_default="what identifies a customer, and what the filter asks of",
        ),
    ] = None,
    labels: Annotated[
        bool | None,
        typer.Option(
            help="Labels for people, or keys for programs.", show_default="keys in JSON Lines alone"
        ),
    ] = None,
    bom: Annotated[bool, typer.Option(help="Whether CSV tells Excel that it is UTF-8.")] = True,
    now: Moment = None,
) -> None:
    """Write the members of a segment to a file."""
    form = form_of(file.suffix.removeprefix("."))
    names = None if columns is None else columns.split(",")
    shown = form.for_people if labels is None else labels

    async def work(platform: Platform) -> None:
        style = Style(locale, shown, bom, platform.settings.zone)
        await write_file(platform, key, file, form, style, now or present(), columns=names)

    run(work)
    out.print(f"wrote {file}", markup=False)


async def write_file(
    platform: Platform,
    key: str,
    file: Path,
    form: Form,
    style: Style,
    now: datetime,
    *,
    what: What = What.MEMBERS,
    columns: list[str] | None = None,
) -> None:
    """Write the file in one piece: until it is whole, what was there under its name stays."""
    table = await open_table(platform, key, now, what=what, columns=columns)
    partial = file.with_name(f"{file.name}.part")
    try:
        with partial.open("wb") as target:
            async for part in form.write(table, style):
                target.write(part)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
