"""What one cell of an exported table holds, and how people and programs read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from profilegraph.domain.values import Labels


@dataclass(frozen=True)
class LabelledValue:
    """What programs know by a key, and people by a label."""

    key: str
    labels: Labels


Plain: TypeAlias = str | float | bool | date | None
Cell: TypeAlias = Plain | LabelledValue | tuple[str | LabelledValue, ...]


@dataclass(frozen=True)
class CellStyle:
    """For whom a table is written."""

    locale: str = "en"
    labels: bool = True
    """Whether headers and tags are labels, for people; else they are keys, for programs."""
    bom: bool = True
    """Whether CSV begins with a mark by which Excel knows that it is UTF-8."""
    zone: ZoneInfo = ZoneInfo("UTC")  # noqa: RUF009  (a zone never changes)
    """In which time zone people read moments."""

    def text(self, value: str | LabelledValue) -> str:
        """Return a text, or what is coded by its label or key."""
        if isinstance(value, str):
            return value
        return value.labels.text(self.locale) if self.labels else value.key

    def flat(self, cell: Cell) -> Plain:
        """Return what stands in one cell of a sheet: lists in one text, moments in the zone."""
        match cell:
            case tuple():
                return "; ".join(map(self.text, cell)) or None
            case LabelledValue():
                return self.text(cell)
            case datetime():
                return cell.astimezone(self.zone)
            case _:
                return cell
