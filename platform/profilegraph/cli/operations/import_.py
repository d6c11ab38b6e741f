"""`profilegraph import`: files of customers, events and all the rest into the graph."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from profilegraph.cli.plugins.options import Options, parse_pairs
from profilegraph.cli.terminal.console import err, out
from profilegraph.cli.terminal.running import present, run
from profilegraph.domain.limits import BATCH_ROWS
from profilegraph.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from pydantic import BaseModel

    from profilegraph.domain.imports import Checkpoint
    from profilegraph.services.imports.files import ImportJob, ImportReport
    from profilegraph.services.platform import Platform


KIND = typer.Argument(
    help="What the rows are, such as customers or events, or the importer of a plugin that reads them;"
    " an unknown one is answered with all that are known.",
    show_default=False,
)
FILES = typer.Argument(
    help="CSV or JSON Lines, plain or .gz; for an importer, what it reads.",
    exists=True,
    dir_okay=False,
    show_default=False,
)
MAPPING = typer.Option(help="YAML file that says which column is which field.")
ENCODING = typer.Option(help="The files' encoding, such as gb18030; found out if left out.")
SOURCE = typer.Option(help="What rejected rows call the file; its name if left out.")
REJECT = typer.Option(help="Where rejected rows go; beside the file if left out.")
BATCH = typer.Option(min=1, max=50_000, help="Rows of one transaction.")
AGAIN = typer.Option("--again", help="Import anew what was finished or interrupted.")


def import_files(
    kind: Annotated[str, KIND],
    files: Annotated[list[Path], FILES],
    mapping: Annotated[Path | None, MAPPING] = None,
    source: Annotated[str | None, SOURCE] = None,
    reject: Annotated[Path | None, REJECT] = None,
    batch: Annotated[int, BATCH] = BATCH_ROWS,
    again: Annotated[bool, AGAIN] = False,
    encoding: Annotated[str | None, ENCODING] = None,
    option: Options = None,
) -> None:
    """Import rows; bad ones go to a reject file, and an interrupted import goes on when repeated."""
    from profilegraph.importers.records.mapping import FileMapping, read_mapping
    from profilegraph.services.imports.files import ImportJob, record_kinds

    if len(files) > 1 and (source or reject):
        raise InvalidInput(
            "--source and --reject are for one file.", hint="Import the files one by one."
        )
    options = None if kind in record_kinds() else _options_of_importer(kind, parse_pairs(option))
    if options is not None and (mapping or encoding):
        where = "--mapping" if mapping else "--encoding"
        raise InvalidInput("an importer needs no mapping and no encoding.", where=where)
    if options is None and option:
        raise InvalidInput("options are for importers.", where="--option")
    read = FileMapping() if mapping is None else read_mapping(mapping)
    read = read if encoding is None else read.model_copy(update={"encoding": _named(encoding)})
    jobs = [ImportJob(kind, path, read, source, reject, batch, again) for path in files]
    run(lambda platform: _import(platform, jobs, options))


def _named(encoding: str) -> str:
    from profilegraph.importers.records.mapping import table_encoding

    try:
        return table_encoding(encoding)
    except ValueError as fault:
        raise InvalidInput(f"{fault}.", where="--encoding") from fault


def _options_of_importer(key: str, given: dict[str, str]) -> BaseModel:
    from profilegraph.hooks.hosting.host import load_host
    from profilegraph.hooks.options import parse_options
    from profilegraph.services.imports.files import record_kinds

    importers = load_host().importers
    if key not in importers:
        raise NotFound(
            f"neither a kind of record nor an importer is called {key!r}.",
            hint=f"Known: {', '.join([*record_kinds(), *importers.things])}.",
        )
    kind: type[BaseModel] = importers.get(key).options
    return parse_options(kind, given, f"the importer {key!r}")


async def _import(platform: Platform, jobs: list[ImportJob], options: BaseModel | None) -> None:
    for job in jobs:
        began = time.perf_counter()
        with _Bar(job.path) as bar:
            report = await _imported(platform, job, options, bar)
        _show(job, report, time.perf_counter() - began)


async def _imported(
    platform: Platform, job: ImportJob, options: BaseModel | None, bar: _Bar
) -> ImportReport:
    from profilegraph.services.imports.files import import_file, import_with

    database, conventions = platform.database, await platform.conventions()
    if options is None:
        return await import_file(database, job, conventions, present(), bar)
    return await import_with(database, platform.host, job, options, conventions, present(), bar)


class _Bar:
    """A progress bar over the bytes of one file, for the first pass and for the import."""

    def __init__(self, path: Path) -> None:
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._size = path.stat().st_size if path.is_file() else 0
        self._rows = 0
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TextColumn("{task.fields[rows]}"),
            TimeRemainingColumn(),
            console=err,
            transient=True,
            disable=not err.is_terminal,
        )
        self._task = self._bar.add_task(f"{escape(path.name)}: reading", total=self._size, rows="")
        self._name = path.name

    def __enter__(self) -> _Bar:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._bar.stop()
        if kind is not None and self._rows:
            err.print(f"{self._rows:,} rows are in; the same command goes on behind them.")

    def scanned(self, position: int) -> None:
        self._bar.update(self._task, completed=position)

    def decided(self, encoding: str, example: str) -> None:
        from profilegraph.importers.text.encodings import UTF_8

        if encoding != UTF_8:
            shown = f", such as {example!r}" if example else ""
            err.print(f"{escape(self._name)}: read as {encoding.upper()}{escape(shown)}")

    def written(self, position: int, checkpoint: Checkpoint) -> None:
        self._rows = checkpoint.read
        rows = f"{checkpoint.written:,} rows"
        if checkpoint.rejected:
            rows += f", {checkpoint.rejected:,} rejected"
        description = f"{escape(self._name)}: importing"
        self._bar.update(self._task, description=description, completed=position, rows=rows)


def _show(job: ImportJob, report: ImportReport, seconds: float) -> None:
    name = escape(str(job.path))
    if report.finished_before:
        out.print(f"{name}: was imported before; nothing to do (--again imports it anew)")
    else:
        read = report.read - report.read_before
        out.print(
            f"{name}: {report.read:,} rows read, {report.written:,} written,"
            f" {report.rejected:,} rejected, {read / max(seconds, 1e-9):,.0f} rows a second"
        )
        if report.known:
            out.print(
                f"  {report.known:,} of those written were in the graph before: equal rows are one"
            )
        if report.read_otherwise:
            settings = escape(report.read_otherwise)
            out.print(f"  imported before under {settings}: what was written then stays beside it")
        if report.read_before:
            out.print(f"  went on behind {report.read_before:,} rows of an earlier run")
    if report.reject_file is not None:
        out.print(f"  rejected rows with their reasons: {escape(str(report.reject_file))}")
