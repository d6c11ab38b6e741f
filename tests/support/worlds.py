"""Small graphs written as tables, and the same graph as facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.records.kinds import KINDS, RECORDS
from profilegraph.domain.records.stored import ValueType
from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.domain.values import Record
from profilegraph.services.taxonomies.loading import load_taxonomies
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.records.writing import untag, upsert
from profilegraph.storage.taxonomies.definitions import taxonomy_digests

_AGO = re.compile(r"^([+-]\d+)([dhms])$")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_MOMENTS = {
    one.name for kind in KINDS for one in kind.fields.values() if one.value_type is ValueType.MOMENT
}
_LISTS = {"weekdays"}
KEPT = "Migration|Taxonomy|Dimension|Tag|Counter|Feed|Change"


@dataclass(frozen=True)
class World:
    """The records of a small graph, and metrics by customer."""

    records: tuple[Record, ...]
    metrics: dict[str, dict[str, float]]
    closed: tuple[tuple[str, str, datetime], ...] = ()
    """Customer, tag, and the moment at which the tagging was closed."""
    merged: tuple[tuple[str, str], ...] = ()
    """A customer and the one that it was merged into."""

    @property
    def customers(self) -> list[Customer]:
        """Return its customers, in the order of their ordinals."""
        return [record for record in self.records if isinstance(record, Customer)]


def parse_world(text: str, now: datetime) -> World:
    """Return the world that tables describe: `kind:` lines, then a header and rows, `|` between.

    Moments may be relative to now (-3d, +2h). Customers that are only referred to are made.
    """
    records: list[Record] = []
    metrics: dict[str, dict[str, float]] = {}
    closed, merged = [], []
    for kind, rows in _tables(text):
        for row in rows:
            match kind:
                case "metrics":
                    metrics.setdefault(row["customer"], {})[row["key"]] = float(row["value"])
                case "closed taggings":
                    closed.append((row["customer"], row["tag"], moment(row["until"], now)))
                case "mergers":
                    merged.append((row["customer"], row["into"]))
                case _:
                    records.append(_record(kind, row, now))
    known = {record.key for record in records if isinstance(record, Customer)}
    fields = ("customer", "other")
    named = {str(getattr(one, name)) for one in records for name in fields if hasattr(one, name)}
    named |= {key for pair in merged for key in pair}
    missing = [Customer(key=key) for key in sorted((named | metrics.keys()) - known)]
    return World((*missing, *records), metrics, tuple(closed), tuple(merged))


async def load_only(database: Database, taxonomies: Sequence[Taxonomy]) -> None:
    """Have these taxonomies and no other in the graph; quick where they are already."""
    if set(await taxonomy_digests(database)) != {taxonomy.key for taxonomy in taxonomies}:
        await database.define("MATCH (n:Taxonomy|Dimension|Tag) DETACH DELETE n")
    await load_taxonomies(database, taxonomies)


async def load_world(database: Database, world: World, now: datetime) -> None:
    """Replace all customers and their facts in the graph by a world's."""

    async def clear(transaction: Transaction) -> None:
        await transaction.run(f"MATCH (n) WHERE NOT n:{KEPT} DETACH DELETE n")

    await database.write(clear)
    await add_world(database, world, now, numbered=True)


async def add_world(
    database: Database, world: World, now: datetime, *, numbered: bool = False
) -> None:
    """Write a world's records over what the graph has, as said at a moment.

    With `numbered`, its customers are all that there are, and get the ordinals 0, 1, 2 ….
    """
    kinds: dict[type[Record], list[Record]] = {kind: [] for kind in RECORDS.values()}
    for record in world.records:
        kinds[type(record)].append(record)
    order: list[type[Record]] = [Customer, *(kind for kind in kinds if kind is not Customer)]

    async def work(transaction: Transaction) -> None:
        for kind in order:
            outcome = await upsert(transaction, kinds[kind], now)
            assert outcome.refused == (), outcome
        rows = [
            {"key": key, "set": {f"metric_{name}": value for name, value in values.items()}}
            for key, values in world.metrics.items()
        ]
        await transaction.run(
            "UNWIND $rows AS row MATCH (c:Customer {key: row.key}) SET c += row.set", {"rows": rows}
        )
        for customer, tag, at in world.closed:
            await untag(transaction, [(customer, tag)], at)
        await transaction.run(
            "UNWIND $pairs AS pair MATCH (c:Customer {key: pair[0]})"
            " MATCH (into:Customer {key: pair[1]}) MERGE (c)-[:MERGED_INTO]->(into)",
            {"pairs": world.merged},
        )
        if numbered:  # in this transaction: its commit tells the index of these ordinals
            await _number(transaction, [customer.key for customer in world.customers])

    await database.write(work)


async def _number(transaction: Transaction, customers: list[str]) -> None:
    """Give the customers the ordinals 0, 1, 2 …, so that lists can be written down."""
    values = {"keys": customers}
    await transaction.run("MATCH (c:Customer) REMOVE c.ordinal")
    await transaction.run(
        "UNWIND range(0, size($keys) - 1) AS i MATCH (c:Customer {key: $keys[i]}) SET c.ordinal = i",
        values,
    )


def _tables(text: str) -> Iterator[tuple[str, list[dict[str, str]]]]:
    kind = ""
    lines: list[str] = []
    for line in [*text.strip().splitlines(), "end:"]:
        stripped = line.strip()
        if stripped.endswith(":"):
            if lines:
                yield kind, _rows(lines)
            kind, lines = stripped[:-1], []
        elif stripped:
            lines.append(stripped)


def _rows(lines: Sequence[str]) -> list[dict[str, str]]:
    header, *body = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [dict(zip(header, cells, strict=True)) for cells in body]


def _record(kind: str, row: dict[str, str], now: datetime) -> Record:
    values: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    for name, cell in row.items():
        if cell == "":
            continue
        if name.startswith("attributes."):
            attributes[name.removeprefix("attributes.")] = _attribute(cell)
        else:
            values[name] = _value(name, cell, now)
    if attributes:
        values["attributes"] = attributes
    record = RECORDS[kind]
    if record is Tagging:
        values.setdefault("since", now - timedelta(days=100))
    return record.model_validate(values)


def _value(name: str, cell: str, now: datetime) -> Any:
    if name in _MOMENTS:
        return moment(cell, now)
    return [int(part) for part in cell.split(",")] if name in _LISTS else cell


def _attribute(cell: str) -> Any:
    if cell in ("true", "false"):
        return cell == "true"
    if re.fullmatch(r"-?\d+(\.\d+)?", cell):
        return float(cell)
    return date.fromisoformat(cell) if re.fullmatch(r"\d{4}-\d\d-\d\d", cell) else cell


def moment(cell: str, now: datetime) -> datetime:
    """Return the moment that a cell names: relative to now, `now`, or ISO 8601."""
    if cell == "now":
        return now
    match = _AGO.match(cell)
    if match is None:
        return datetime.fromisoformat(cell)
    return now + timedelta(**{_UNITS[match[2]]: int(match[1])})
