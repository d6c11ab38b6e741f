"""Writes a world to files, one a kind of record, as `profilegraph import` reads them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal, TextIO

from examples.b2b.world import KINDS, World, companies, records_of, staff
from profilegraph.config import data_folder
from profilegraph.domain.records.customers import Customer
from profilegraph.domain.values import Record
from profilegraph.importers.taxonomies.files import read_taxonomy

Format = Literal["csv", "jsonl"]
Write = Callable[[Record], object]


def write_world(world: World, folder: Path, form: Format) -> dict[str, int]:
    """Write the records of a world into `folder`; returns how many of each kind.

    Memory stays the same however many there are, and the same world makes the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counts = dict.fromkeys(KINDS, 0)
    with ExitStack() as stack:
        writers = {
            name: _writer(
                stack.enter_context(
                    (folder / f"{name}.{form}").open("w", encoding="utf-8", newline="")
                ),
                kind,
                form,
            )
            for name, kind in KINDS.items()
        }
        teams, employees = staff(world)
        counts["teams"] = _write(writers["teams"], teams)
        counts["employees"] = _write(writers["employees"], employees)
        for company in companies(world):
            for name, records in records_of(company).items():
                counts[name] += _write(writers[name], records)
    return counts


def _write(write: Write, records: Iterable[Record]) -> int:
    written = 0
    for record in records:
        write(record)
        written += 1
    return written


def _writer(stream: TextIO, kind: type[Record], form: Format) -> Write:
    if form == "jsonl":
        return lambda record: stream.write(
            json.dumps(
                record.model_dump(mode="json", exclude_unset=True, exclude_none=True),
                ensure_ascii=False,
            )
            + "\n"
        )
    columns = [name for name in kind.model_fields if name != "attributes"]
    if kind is Customer:
        columns += [f"attributes.{key}" for key in _attributes()]
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow(columns)
    return lambda record: rows.writerow([_cells(record).get(column, "") for column in columns])


def _cells(record: Record) -> dict[str, Any]:
    cells = record.model_dump(mode="json", exclude_none=True)
    for key, value in cells.pop("attributes", {}).items():
        cells[f"attributes.{key}"] = json.dumps(value) if isinstance(value, bool) else value
    if "weekdays" in cells:
        cells["weekdays"] = ",".join(map(str, cells["weekdays"]))
    return cells


def _attributes() -> list[str]:
    taxonomy = read_taxonomy(data_folder("taxonomies") / "b2b_core.yaml")
    return [attribute.key for attribute in taxonomy.attributes]
