"""The values of cells of an exported table, and their form for people and programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from profilegraph.domain.values import Labels


@dataclass(frozen=True)
class LabelledValue:
    """A value with a key for programs and a label for people."""

    key: str
    labels: Labels


Plain: TypeAlias = str | float | bool | date | None
Cell: TypeAlias = Plain | LabelledValue | tuple[str | LabelledValue, ...]


@dataclass(frozen=True)
class CellStyle:
    """The audience of a table."""

    locale: str = "en"
    labels: bool = True
    """Whether headers and tags are labels, for people; otherwise keys, for programs."""
    bom: bool = True
    """Whether CSV begins with the byte order mark by which Excel detects UTF-8."""
    zone: ZoneInfo = ZoneInfo("UTC")  # noqa: RUF009  (a zone never changes)
    """The time zone in which people read moments."""

    def text(self, value: str | LabelledValue) -> str:
        """Return a text, or the label or key of a labelled value."""
        if isinstance(value, str):
            return value
        return value.labels.text(self.locale) if self.labels else value.key

    def flat(self, cell: Cell) -> Plain:
        """Return the value of one cell of a sheet: a list as one text, a moment in the time zone."""
        match cell:
            case tuple():
                return "; ".join(map(self.text, cell)) or None
            case LabelledValue():
                return self.text(cell)
            case datetime():
                return cell.astimezone(self.zone)
            case _:
                return cell
