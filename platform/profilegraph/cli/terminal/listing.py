"""Lists of commands: a table for people, untruncated in a pipe, or JSON for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from profilegraph.cli.terminal.console import new_console, out

if TYPE_CHECKING:
    from rich.table import Table

    from profilegraph.domain.values import Labels


AsJson = Annotated[
    bool, typer.Option("--json", help="As JSON, for programs: every value whole, in no language.")
]
_WIDEST = 1_000_000
_STEERING = re.compile(r"[\x7f-\x9f]")


def show_table(table: Table) -> None:
    """Print a table: folded to a terminal's width, and as wide as it is anywhere else."""
    from rich.measure import Measurement

    for column in table.columns:
        column.overflow = "fold"
    if out.is_terminal:
        out.print(table)
        return
    options = out.options.update(max_width=_WIDEST)
    width = Measurement.get(out, options, table).maximum
    new_console(width=width).print(table)


def show_rows(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under the names of their columns; none of their text is markup."""
    from rich.table import Table

    table = Table(*columns)
    table.columns[0].no_wrap = True  # it is copied from here
    for row in rows:
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    show_table(table)


def show_json(value: object) -> None:
    """Print a value as JSON; moments as ISO 8601."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
    # JSON may hold them as they are; the console would show them as what is no JSON.
    text = _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    out.print(text, markup=False, highlight=False, emoji=False)


def labels_json(labels: Labels) -> dict[str, str]:
    """Return labels as JSON has them: by language."""
    return labels.model_dump(by_alias=True, exclude_none=True)


def counted(number: int, thing: str) -> str:
    """Return a number with what it counts: 1 customer, 2,000 customers."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def named(key: str, name: str | None) -> str:
    """Return a key, and beside it what people call the thing, where they do."""
    return key if name is None else f"{key} ({name})"


def _plain(value: object) -> str:
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)
