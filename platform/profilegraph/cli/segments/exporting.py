"""`profilegraph segment export`: a segment's members as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.running import AsOf, Locale, Moment, present, run

if TYPE_CHECKING:
    from profilegraph.language.facts import When
    from profilegraph.language.nodes import PersonTest
    from profilegraph.services.exports.cells import CellStyle
    from profilegraph.services.exports.files import FileFormat
    from profilegraph.services.platform import Platform


Key = Annotated[str, typer.Argument(help="The segment's key.", show_default=False)]
File = Annotated[
    Path,
    typer.Argument(help="Where to; its name ends in .csv, .xlsx or .jsonl.", show_default=False),
]
Columns = Annotated[
    str | None,
    typer.Option(
        help="Names of columns with commas between, such as key,name,tags:company_size.",
        show_default="what identifies a customer, and what the filter asks of",
    ),
]
AsLabels = Annotated[
    bool | None,
    typer.Option(
        help="Labels for people, or keys for programs.", show_default="keys in JSON Lines alone"
    ),
]
OfPeople = Annotated[
    str | None,
    typer.Option(
        metavar="CONDITION",
        help="The decision-makers of the members instead, those who are so, as JSON; {} for all.",
        show_default=False,
    ),
]
Bom = Annotated[bool, typer.Option(help="Whether CSV tells Excel that it is UTF-8.")]


def export(
    key: Key,
    file: File,
    locale: Locale,
    columns: Columns = None,
    labels: AsLabels = None,
    people: OfPeople = None,
    bom: Bom = True,
    now: Moment = None,
    at: AsOf = None,
) -> None:
    """Write the members of a segment, or their people, to a file."""
    from profilegraph.language.codec import decode_person_text
    from profilegraph.language.history import as_of
    from profilegraph.services.exports.cells import CellStyle
    from profilegraph.services.exports.files import form_of

    form = form_of(file.suffix.removeprefix("."))
    names = None if columns is None else columns.split(",")
    where = None if people is None else decode_person_text(people)
    shown = form.for_people if labels is None else labels

    async def work(platform: Platform) -> None:
        style = CellStyle(locale, shown, bom, platform.deployment.zone)
        await write_file(
            platform, key, file, form, style, as_of(at, now or present()), names, where
        )

    run(work)
    out.print(f"wrote {file}", markup=False)


async def write_file(
    platform: Platform,
    key: str,
    file: Path,
    form: FileFormat,
    style: CellStyle,
    when: When,
    columns: list[str] | None,
    people: PersonTest | None,
) -> None:
    """Write the file in one piece: until it is whole, what was there under its name stays."""
    from profilegraph.domain.audit import AuditActor
    from profilegraph.domain.duties import OPERATOR
    from profilegraph.services.audit.exports import RecordedExport
    from profilegraph.services.exports.tables import open_table

    table = await open_table(platform, key, when, of_people=people, columns=columns)
    actor = AuditActor(OPERATOR.name)
    export, table = await RecordedExport.begin(platform, actor, key, form.ending, table, present())
    complete, partial = False, file.with_name(f"{file.name}.part")
    try:
        with partial.open("wb") as target:
            async for part in form.write(table, style):
                target.write(part)
        partial.replace(file)
        complete = True
    finally:
        partial.unlink(missing_ok=True)
        await export.end(present(), complete=complete)
