"""Whether all amounts of a file use one decimal sign, checked before any of them is read.

`1,250` is another number with a decimal comma than with a decimal point: rows that were read with
one sign cannot stay when later rows use the other.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from profilegraph.errors import InvalidInput
from profilegraph.importers.records.mapping import FileMapping
from profilegraph.importers.text.files import SourceFile
from profilegraph.importers.text.tables import open_table
from profilegraph.importers.values.money import decimal_sign, has_two_meanings

_PLAIN = re.compile(r"\d+\.(?:\d{1,2}|\d{4,})")
"""Most numbers, which have a point and nothing else: one of them is enough to know."""


@dataclass
class _Seen:
    """The first text of a column, and its line, that allows only one sign, or either."""

    point: str = ""
    comma: str = ""
    either: str = ""

    def take(self, text: str, line: int) -> None:
        """Examine a cell."""
        if text.isdigit() or (self.point and _PLAIN.fullmatch(text)):
            return
        shown = f"{text.strip()!r} in line {line}"
        match decimal_sign(text):
            case ".":
                self.point = self.point or shown
            case ",":
                self.comma = self.comma or shown
            case _ if has_two_meanings(text):
                self.either = self.either or shown


def require_one_decimal_sign(
    source: SourceFile, name: str, mapping: FileMapping, columns: AbstractSet[str]
) -> None:
    """Raise InvalidInput if a column has amounts that contradict a decimal point."""
    seen: dict[str, _Seen] = defaultdict(_Seen)
    with open_table(source, name, mapping) as table:
        for row in table.rows if columns else ():
            for column, cell in row.values.items():
                if column in columns and isinstance(cell, str):
                    seen[column].take(cell, row.line)
    faults = [
        f"{column}: {found.comma} has a decimal comma, and {found.point or found.either} "
        + ("a decimal point" if found.point else "is another number with it")
        for column, found in seen.items()
        if found.comma and (found.point or found.either)
    ]
    if faults:
        raise InvalidInput(
            "\n".join(faults),
            where=str(source.path),
            hint='Say `decimal: ","` or `decimal: "."` for the field in the mapping; rows that'
            " are written otherwise then are rejected. Nothing was written.",
        )
