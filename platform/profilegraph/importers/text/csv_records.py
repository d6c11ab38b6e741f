"""Splits lines of text into CSV records, so that a broken record affects no other."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from profilegraph.importers.text.files import Line, Lines

LONGEST_RECORD = 500
"""Most lines of a record; a quote still open after that is an error."""


class CsvRecord(NamedTuple):
    """Cells, and their physical lines; `fault` says why they are unusable."""

    first: int
    last: int
    cells: Sequence[str]
    fault: str = ""
    raw: bytes = b""
    """With a fault: the raw bytes of the lines."""


class _Runaway(Exception):
    """A record has too many lines."""


class LookAhead:
    """Lines with push-back, and those taken since the last record began."""

    def __init__(self, lines: Lines) -> None:
        self._lines = iter(lines)
        self._again: deque[Line] = deque()
        self.taken: list[Line] = []

    def __iter__(self) -> Iterator[Line]:
        while (line := self._next()) is not None:
            yield line

    def texts(self) -> Iterator[str]:
        """Return the text of each line, for a CSV reader."""
        return _Texts(self)

    def take(self) -> Line | None:
        """Return the next line of the current record; None at the end of the file."""
        if len(self.taken) >= LONGEST_RECORD:
            raise _Runaway
        line = self._next()
        if line is not None:
            self.taken.append(line)
        return line

    def first(self) -> Line | None:
        """Return the first line that is not blank, without consuming it."""
        for line in self:
            if line.text.strip():
                self.give_back([line])
                return line
        return None

    def give_back(self, lines: Sequence[Line]) -> None:
        """Push `lines` back."""
        self._again.extendleft(reversed(lines))

    def _next(self) -> Line | None:
        return self._again.popleft() if self._again else next(self._lines, None)


class _Texts:
    """An iterator that can continue after its end, when lines are pushed back."""

    def __init__(self, ahead: LookAhead) -> None:
        self._ahead = ahead

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._ahead.take()
        if line is None:
            raise StopIteration
        return line.text


def by_whitespace(ahead: LookAhead) -> Iterator[CsvRecord]:
    """Yield one record per line, with cells separated by whitespace."""
    for line in ahead:
        if cells := line.text.split():
            yield CsvRecord(line.number, line.number, cells, line.fault, _raw([line]))


def by_delimiter(ahead: LookAhead, delimiter: str) -> Iterator[CsvRecord]:
    """Yield the records of CSV; after an unreadable one, the next line starts a new one."""
    reader = csv.reader(ahead.texts(), delimiter=delimiter, strict=True)
    while True:
        ahead.taken.clear()
        try:
            cells = next(reader, None)
        except (csv.Error, _Runaway) as fault:
            first, *others = ahead.taken
            ahead.give_back(others)
            yield _unreadable(first, delimiter, fault)
            continue
        if cells is None:
            return
        if cells:
            taken = ahead.taken
            fault_text = "; ".join(line.fault for line in taken if line.fault)
            yield CsvRecord(taken[0].number, taken[-1].number, cells, fault_text, _raw(taken))


def _raw(lines: Sequence[Line]) -> bytes:
    return b"".join(line.raw for line in lines) if any(line.fault for line in lines) else b""


def _unreadable(line: Line, delimiter: str, fault: Exception) -> CsvRecord:
    if isinstance(fault, _Runaway) or "unexpected end" in str(fault):
        reason = "a quotation mark is opened and not closed"
    else:
        reason = line.fault or f"the row cannot be parted into columns: {fault}"
    # Parted without regard to quotes, so that the person who mends it finds every column.
    cells = line.text.rstrip("\r\n").split(delimiter)
    return CsvRecord(line.number, line.number, cells, reason, _raw([line]))
