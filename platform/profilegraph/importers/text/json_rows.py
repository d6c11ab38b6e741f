"""JSON Lines, row by row: one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from profilegraph.domain.texts import normal_text
from profilegraph.importers.text.files import Line
from profilegraph.importers.text.rows import (
    DAMAGED,
    REJECTED_BYTES,
    REJECTED_ROW,
    SourceRow,
    kept_bytes,
    read_anew,
)


def json_rows(lines: Iterable[Line], name: str, encoding: str | None) -> Iterator[SourceRow]:
    """Yield the rows of JSON Lines; `encoding` is that of rejected rows that were no text."""
    return (json_row(line, name, encoding) for line in lines if line.text.strip())


def json_row(line: Line, name: str, encoding: str | None = None) -> SourceRow:
    """Return the row on a line, with the fault that it has."""
    text, source, number, raw = line.text.rstrip("\r\n"), name, line.number, line.raw
    fault = line.fault
    try:
        if not fault or REJECTED_BYTES in text:
            values = _parsed(text)
            if REJECTED_ROW in values:
                source, number, text = _origin(values, source, number)
                raw = kept_bytes(values.get(REJECTED_BYTES))
                anew = read_anew(raw, encoding) if DAMAGED in text else None
                text, fault = (text, fault) if anew is None else (anew.rstrip("\r\n"), "")
                values = {} if fault else _parsed(text)
    except ValueError as error:
        fault = fault or str(error)
    if fault:
        return SourceRow(
            source, number, line.number, {}, (text,), fault, raw if line.fault else b""
        )
    return SourceRow(source, number, line.number, _flat(values), (text,))


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except json.JSONDecodeError as fault:
        raise ValueError(f"not valid JSON: {fault.msg} at character {fault.pos + 1}") from None
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(found, dict):
        raise ValueError("the line is not one JSON object")  # noqa: TRY004 -- the input's fault
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            flat.update({normal_text(f"{key}.{inner}"): item for inner, item in value.items()})
        else:
            flat[normal_text(key)] = value
    return flat


def _origin(rejected: dict[str, Any], source: str, number: int) -> tuple[str, int, str]:
    name, line, row = (
        rejected.get(key) for key in ("rejected_source", "rejected_line", REJECTED_ROW)
    )
    text = row if isinstance(row, str) else json.dumps(row, ensure_ascii=False, default=str)
    return (
        name if isinstance(name, str) else source,
        line if isinstance(line, int) else number,
        text,
    )
