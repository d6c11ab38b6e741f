"""Tables as files: what their cells become, and how much memory they take."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from profilegraph.config import data_folder
from profilegraph.domain.records.customers import Customer, CustomerKind
from profilegraph.domain.spreadsheets import escaped, is_formula
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Labels
from profilegraph.errors import InvalidInput
from profilegraph.importers.records.binding import Conventions
from profilegraph.importers.records.content_keys import ContentKeys
from profilegraph.importers.records.mapping import FileMapping
from profilegraph.importers.records.parsing import RecordReader
from profilegraph.importers.taxonomies.files import read_taxonomies
from profilegraph.importers.text.files import scan
from profilegraph.importers.text.tables import open_table as open_import
from profilegraph.services.exports.cells import Cell, CellStyle, LabelledValue
from profilegraph.services.exports.columns import ExportColumn, ExportRow, ExportSubject, choose
from profilegraph.services.exports.files import as_csv, as_json_lines
from profilegraph.services.exports.tables import ExportTable
from profilegraph.services.exports.workbooks import as_workbook
from profilegraph.storage.records.reads import Profile

GOLF = LabelledValue("golf", Labels(zh_cn="高尔夫", en="Golf"))
CHINA = ZoneInfo("Asia/Shanghai")
MOMENT = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)


def row(key: str) -> ExportRow:
    return ExportRow(Profile(key, CustomerKind.COMPANY, None, MOMENT, {}, {}))


def constant(cell: Cell) -> Callable[[ExportRow], Cell]:
    return lambda _: cell


def table(*cells: Cell, rows: int = 1, page: int = 2) -> ExportTable:
    """A table whose columns hold these cells in every row, after the row's key."""

    async def pages() -> AsyncGenerator[Sequence[ExportRow], None]:
        for begin in range(0, rows, page):
            yield [row(f"k{number}") for number in range(begin, min(begin + page, rows))]

    key = ExportColumn("key", Labels(zh_cn="编号", en="Key"), lambda row: row.profile.key)
    columns = [
        ExportColumn(f"c{index}", Labels(zh_cn=f"列{index}", en=f"C{index}"), constant(cell))
        for index, cell in enumerate(cells)
    ]
    return ExportTable(Labels(zh_cn="表", en="Table"), (key, *columns), pages())


async def whole(parts: AsyncGenerator[bytes, None]) -> bytes:
    return b"".join([part async for part in parts])


CELLS: tuple[Cell, ...] = (
    None,
    -1.5,
    True,
    date(2026, 2, 3),
    MOMENT,
    "a\n\"b\", 'c'",
    GOLF,
    (GOLF, "x"),
    (),
)


async def test_cells_in_csv() -> None:
    text = (await whole(as_csv(table(*CELLS), CellStyle("zh-CN", bom=False, zone=CHINA)))).decode()
    head, cells = csv.reader(StringIO(text, newline=""))
    assert head == ["编号", *(f"列{index}" for index in range(len(CELLS)))]
    assert cells == [
        "k0",
        "",
        "-1.5",
        "true",
        "2026-02-03",
        "2026-03-02T04:30:00+08:00",
        "a\n\"b\", 'c'",
        "高尔夫",
        "高尔夫; x",
        "",
    ]


async def test_cells_in_json_lines() -> None:
    text = await whole(as_json_lines(table(*CELLS, rows=3), CellStyle("zh-CN", labels=False)))
    lines = text.decode().splitlines()
    assert [json.loads(line)["key"] for line in lines] == ["k0", "k1", "k2"]
    assert [*json.loads(lines[0]).values()][1:] == [
        None,
        -1.5,
        True,
        "2026-02-03",
        "2026-03-01T20:30:00+00:00",
        "a\n\"b\", 'c'",
        "golf",
        ["golf", "x"],
        [],
    ]


async def test_cells_in_a_workbook() -> None:
    cells = (*CELLS, date(1899, 12, 31), datetime(1066, 10, 14, 9, tzinfo=UTC))
    content = await whole(as_workbook(table(*cells), CellStyle("en", zone=CHINA)))
    _, shown = load_workbook(BytesIO(content)).active.iter_rows(values_only=True)  # type: ignore[union-attr]
    assert shown[1:10] == (
        None,
        -1.5,
        True,
        datetime(2026, 2, 3),  # noqa: DTZ001  (a cell knows no zone)
        datetime(2026, 3, 2, 4, 30),  # noqa: DTZ001
        "a\n\"b\", 'c'",
        "Golf",
        "Golf; x",
        None,
    )
    assert shown[10] == "1899-12-31"
    assert str(shown[11]).startswith("1066-10-14 ")


async def test_rows_that_one_sheet_cannot_hold_go_on_on_the_next() -> None:
    content = await whole(as_workbook(table(rows=7, page=4), CellStyle("en"), sheet_rows=4))
    sheets = [[*one.iter_rows(values_only=True)] for one in load_workbook(BytesIO(content))]
    assert sheets == [
        [("Key",), ("k0",), ("k1",), ("k2",)],
        [("Key",), ("k3",), ("k4",), ("k5",)],
        [("Key",), ("k6",)],
    ]


async def test_a_text_that_excel_would_cut_is_refused() -> None:
    await whole(as_workbook(table("甲" * 32_767), CellStyle("en")))
    with pytest.raises(InvalidInput, match="'c0' is longer than 32,767"):
        await whole(as_workbook(table("甲" * 32_768), CellStyle("en")))


@pytest.mark.parametrize("sign", [*"=+-@＝＋－＠\t\r\n", " =", "\u3000+", "\ufeff@", "\u200b-"])
def test_a_text_that_begins_like_a_formula_is_escaped(sign: str) -> None:
    assert is_formula(f"{sign}1")
    assert escaped(f"{sign}1") == f"'{sign}1"


@pytest.mark.parametrize("text", ["", " ", "a=1", "1-2", "'n Sync", "·@"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert escaped(text) == text


async def test_labels_are_escaped_too() -> None:
    column = ExportColumn("x", Labels(zh_cn="＝甲", en="=A"), lambda _: LabelledValue("k", LABELS))
    found = ExportTable(LABELS, (column,), table().pages)
    assert await whole(as_csv(found, CellStyle(bom=False))) == b'"\'=A"\r\n"\'@x"\r\n'


LABELS = Labels(zh_cn="＠x", en="@x")
# A process never takes back the most that it held: the small file comes first.
PEAKS = """
import asyncio, resource, sys
from tests.unit.test_export_files import CELLS, table
from profilegraph.services.exports.cells import CellStyle
from profilegraph.services.exports.files import form_of

async def drain(rows):
    source = table(*CELLS, rows=rows, page=1000)
    async for part in form_of(sys.argv[1]).write(source, CellStyle()):
        pass

for rows in map(int, sys.argv[2:]):
    asyncio.run(drain(rows))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peaks(form: str, *rows: int) -> list[int]:
    """Return the most kilobytes that a process had held after writing each of some files."""
    command = [sys.executable, "-c", PEAKS, form, *map(str, rows)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [int(line) for line in told.split()]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx"])
def test_memory_does_not_grow_with_the_file(form: str) -> None:
    small, large = peaks(form, 3_000, 60_000)
    assert large < small + 3_000


def test_a_style_is_for_people_unless_told_otherwise() -> None:
    shown: Any = CellStyle("zh-CN").flat(GOLF)
    assert shown == "高尔夫"
    assert CellStyle("zh-CN", labels=False).flat(GOLF) == "golf"


NAMES = [
    "-5",
    "=1+1",
    "@home",
    "+49 30",
    "'-5",
    "''=x",
    "\u00ad=1",
    "＝1",
    "a,b",
    'say "x"',
    "a\nb",
    "a\rb",
    "'n Sync",
]


def known(customer: Customer) -> dict[str, Any]:
    return {key: value for key, value in customer.attributes.items() if value is not None}


async def test_a_csv_file_that_was_written_comes_back_equal(tmp_path: Path) -> None:
    catalogue = Catalogue.of(read_taxonomies(sorted(data_folder("taxonomies").glob("*.yaml"))))
    conventions = Conventions(CHINA, "CNY", "CN", catalogue)
    customers = [
        Customer(
            key=f"{name.replace(chr(10), '').replace(chr(13), '')} {number}",
            kind=CustomerKind.PERSON,
            name=name,
            attributes={"city": name, "registered_capital": -1.5, "founded_on": date(1899, 1, 2)},
        )
        for number, name in enumerate(NAMES)
    ]

    async def pages() -> AsyncGenerator[Sequence[ExportRow], None]:
        yield [
            ExportRow(Profile(one.key, one.kind, one.name, MOMENT, known(one), {}))
            for one in customers
        ]

    names = ["key", "name", "kind", *(f"attribute:{key}" for key in customers[0].attributes)]
    chosen = choose(names, ExportSubject.MEMBERS, catalogue)
    for locale in ("en", "zh-CN"):
        style = CellStyle(locale, labels=False)
        text = await whole(
            as_csv(ExportTable(Labels(zh_cn="表", en="Table"), chosen, pages()), style)
        )
        path = tmp_path / "customers.csv"
        path.write_bytes(text)
        with open_import(scan(path), path.name, FileMapping()) as read:
            reader = RecordReader(Customer, FileMapping(), read, conventions, ContentKeys())
            assert [reader.read(row) for row in read.rows] == customers
