"""Tables as Excel workbooks, written row by row to a temporary folder and read from there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, closing
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO, TypeVar, cast

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from profilegraph.domain.spreadsheets import is_formula
from profilegraph.errors import InvalidInput
from profilegraph.services.exports.cells import CellStyle, Plain
from profilegraph.services.exports.columns import ExportRow
from profilegraph.services.exports.tables import ExportTable

T = TypeVar("T")
SHEET_ROWS = 1_048_576
"""The most rows of a sheet, including its header."""
LONGEST_TEXT = 32_767
_CHUNK = 256 * 1024
_FIRST_DAY = date(1900, 3, 1)
"""Earlier days are written as texts: Excel's calendar begins with 1900 and has a wrong leap day."""
_WIDTH = 18


async def as_workbook(
    table: ExportTable, style: CellStyle, sheet_rows: int = SHEET_ROWS
) -> AsyncGenerator[bytes, None]:
    """Yield the parts of a workbook once all of it is written; many rows continue on further sheets.

    Numbers, booleans and dates get native cells, moments are in the style's time zone, and texts
    stay texts even if they look like formulas. Raises InvalidInput if a text is longer than Excel
    allows.
    """
    with TemporaryDirectory(prefix="profilegraph-") as folder:
        path = Path(folder, "table.xlsx")
        with closing(_Book(path, table, style, sheet_rows)) as book:
            async with aclosing(table.pages) as pages:
                async for page in pages:
                    await _in_thread(partial(book.add, page))
            await _in_thread(book.finish)
        file = await _in_thread(lambda: path.open("rb"))
        with file:
            while chunk := await _in_thread(partial(file.read, _CHUNK)):
                yield chunk


async def _in_thread(work: Callable[[], T]) -> T:
    """Return what `work` returns in a thread; it cannot be cancelled and is always awaited."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


class _Book:
    """A workbook that is being written; only the last row is in memory."""

    def __init__(self, path: Path, table: ExportTable, style: CellStyle, sheet_rows: int) -> None:
        options = {"constant_memory": True, "tmpdir": str(path.parent), "use_zip64": True}
        self._book = Workbook(path, options)
        self._columns = table.columns
        self._style = style
        self._sheet_rows = sheet_rows
        self._bold = self._book.add_format({"bold": True})
        # By this mark a text stays one when somebody edits its cell.
        self._literal = self._book.add_format({"quote_prefix": True})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._begin_sheet()

    def add(self, rows: Sequence[ExportRow]) -> None:
        """Append rows."""
        for row in rows:
            if self._next == self._sheet_rows:
                self._begin_sheet()
            for index, column in enumerate(self._columns):
                self._write(index, self._style.flat(column.value(row)))
            self._next += 1

    def finish(self) -> None:
        """Write the file."""
        self._book.close()

    def close(self) -> None:
        """Release the files of the sheets, even if the workbook was not finished."""
        for sheet in self._book.worksheets():
            if (rows := cast("TextIO | None", sheet.row_data_fh)) is not None:
                rows.close()

    def _begin_sheet(self) -> None:
        self._sheet: Worksheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(self._columns) - 1, _WIDTH)
        style = self._style
        for index, one in enumerate(self._columns):
            head = one.labels.text(style.locale) if style.labels else one.name
            self._sheet.write_string(0, index, head, self._bold)
        self._next = 1

    def _write(self, index: int, value: Plain) -> None:
        sheet, place = self._sheet, (self._next, index)
        match value:
            case None:
                return
            case bool():
                sheet.write_boolean(*place, value)
            case datetime() if value.date() >= _FIRST_DAY:
                sheet.write_datetime(*place, value.replace(tzinfo=None), self._moment)
            case datetime():
                sheet.write_string(*place, value.isoformat(sep=" ", timespec="seconds"))
            case date() if value >= _FIRST_DAY:
                sheet.write_datetime(*place, datetime.combine(value, time()), self._day)
            case date():
                sheet.write_string(*place, value.isoformat())
            case str():
                self._write_text(index, value)
            case _:
                sheet.write_number(*place, value)

    def _write_text(self, index: int, text: str) -> None:
        if len(text) > LONGEST_TEXT:
            raise InvalidInput(
                f"a text in the column {self._columns[index].name!r} is longer than"
                f" {LONGEST_TEXT:,} characters, the most that Excel takes.",
                hint="Leave the column out, or take CSV or JSON Lines.",
                where="columns",
            )
        literal = self._literal if is_formula(text) else None
        self._sheet.write_string(self._next, index, text, literal)
