"""Writes records idempotently, by the same path for one and for thousands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from typing import Any

from profilegraph.domain.properties import attribute_property
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.records.kinds import BY_RECORD, KINDS
from profilegraph.domain.records.stored import StoredKind
from profilegraph.domain.values import Record
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.neo4j.events import TagsWritten
from profilegraph.storage.records.upserts import UPSERTS, Upsert, Values
from profilegraph.storage.statements import statement

# Which node a reference names; the labels are the code's own, never a caller's.
_KNOWN = {
    label: f"UNWIND $keys AS key MATCH (n:{label} {{key: key}}) RETURN collect(n.key) AS known"
    for label in sorted(
        {label for kind in KINDS for label in kind.needs.values()}
        | {kind.label for kind in KINDS if kind.keyed_by_content}
    )
}


_SHOWN = 10


@dataclass(frozen=True)
class RecordRefusal:
    """Why one record of a batch was not written."""

    index: int
    reason: str
    missing: bool
    """Whether it names something missing, rather than contradicts the graph."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a batch of records."""

    written: int
    refused: tuple[RecordRefusal, ...]


async def upsert(transaction: Transaction, records: Sequence[Record], now: datetime) -> Outcome:
    """Write those of `records`, all of one kind, that can be written, and return the outcome.

    A record is written as a whole or refused with a reason; writing it again changes nothing.
    """
    if not records:
        return Outcome(0, ())
    kind, spec = BY_RECORD[type(records[0])], UPSERTS[type(records[0])]
    row, query = spec.rows(kind), spec.statement(kind)
    done: set[int] = set()
    circles = _circles(kind, records)
    ordinals = await _new_ordinals(transaction, records)
    for wave in _waves(spec, kind, records, circles):
        rows = [
            row(records[index]) | {"i": index, "ordinal": ordinals.get(index)} for index in wave
        ]
        result = await transaction.run(query, {"rows": rows, "now": now})
        done.update(wave if result[0]["done"] is None else result[0]["done"])
    for index in done:
        touched = spec.touches(records[index])
        transaction.touch(touched.customers, people=touched.people, parts=touched.parts)
    tagged = [one for index in sorted(done) if isinstance(one := records[index], Tagging)]
    if tagged:
        given = tuple((one.customer, one.tag) for one in tagged)
        transaction.emit(TagsWritten(now, tagged=given))
    left = [i for i in range(len(records)) if i not in done and i not in circles]
    refused = [RecordRefusal(index, reason, missing=False) for index, reason in circles.items()]
    refused += await _reasons(transaction, records, left)
    return Outcome(len(done), tuple(refused))


async def upsert_mixed(
    transaction: Transaction, records: Sequence[Record], now: datetime
) -> Outcome:
    """Write `records` of any kinds, referenced ones first, and return the outcome."""
    places: dict[type[Record], list[int]] = {kind: [] for kind in UPSERTS}
    for index, record in enumerate(records):
        places[type(record)].append(index)
    written, refused = 0, []
    for indexes in filter(None, places.values()):
        outcome = await upsert(transaction, [records[index] for index in indexes], now)
        written += outcome.written
        refused += [replace(one, index=indexes[one.index]) for one in outcome.refused]
    return Outcome(written, tuple(refused))


async def untag(
    transaction: Transaction,
    taggings: Iterable[tuple[str, str]],
    at: datetime,
    stale: Mapping[str, datetime | None] | None = None,
) -> int:
    """Close taggings, given as (customer key, tag key), at `at` and return how many were open.

    With `stale`, only those that have expired by then, or were last repeated `before` its moment.
    """
    rows = [{"customer": customer, "tag": tag} for customer, tag in taggings]
    result = await transaction.run(statement("untag"), {"rows": rows, "at": at, "stale": stale})
    transaction.touch(row["customer"] for row in rows)
    removed = tuple((customer, tag) for customer, tag in result[0]["removed"])
    if removed:
        transaction.emit(TagsWritten(at, untagged=removed))
    return len(removed)


async def _new_ordinals(transaction: Transaction, records: Sequence[Record]) -> Mapping[int, int]:
    """Return an ordinal for each record of a customer that is not in the graph, by index."""
    if not isinstance(records[0], Customer):
        return {}
    keys = {record.key for record in records if isinstance(record, Customer)}
    known = await known_keys(transaction, "Customer", keys)
    new = [i for i, record in enumerate(records) if getattr(record, "key", None) not in known]
    return dict(zip(new, transaction.ordinals(len(new)), strict=True))


def _circles(kind: StoredKind[Any], records: Sequence[Record]) -> dict[int, str]:
    """Return why records are refused whose parents form a cycle, by index."""
    if kind.parent is None:
        return {}
    edges = [(record.key, getattr(record, kind.parent)) for record in records]  # type: ignore[attr-defined]  # kinds with a parent have a key
    reasons: dict[tuple[str, str | None], str] = {}
    for around in _around(dict(edges)):
        shown = [*around, around[0]] if len(around) <= _SHOWN else [*around[:_SHOWN], "…"]
        reason = (
            f"`{kind.parent}` leads in a circle: {' → '.join(shown)}; leave it out of one of these."
        )
        reasons |= dict.fromkeys(zip(around, [*around[1:], around[0]], strict=True), reason)
    return {index: reasons[edge] for index, edge in enumerate(edges) if edge in reasons}


def _around(parents: Mapping[str, str | None]) -> Iterator[list[str]]:
    """Yield each cycle of keys that name one another as parents."""
    seen: set[str] = set()
    for start in parents:
        path: list[str] = []
        key: str | None = start
        while key is not None and key in parents and key not in seen:
            seen.add(key)
            path.append(key)
            key = parents[key]
        if key in path:
            yield path[path.index(key) :]


def _waves(
    spec: Upsert, kind: StoredKind[Any], records: Sequence[Record], without: Collection[int]
) -> Iterator[list[int]]:
    """Yield indexes so that no two records of a wave touch the same thing."""
    seen: dict[Hashable, int] = defaultdict(int)
    waves: dict[int, list[int]] = defaultdict(list)
    for index in _parents_first(kind, records, without):
        if index in without:
            continue
        thing = spec.apart(records[index])
        waves[seen[thing]].append(index)
        seen[thing] += 1
    yield from waves.values()


def _parents_first(
    kind: StoredKind[Any], records: Sequence[Record], without: Collection[int]
) -> Iterable[int]:
    order = _by_time(records)
    if kind.parent is None:
        return order
    places: dict[str, list[int]] = defaultdict(list)
    for index in order:
        if index not in without:
            places[records[index].key].append(index)  # type: ignore[attr-defined]  # kinds with a parent have a key
    parents = {
        key: {parent for index in own if (parent := getattr(records[index], kind.parent)) in places}
        for key, own in places.items()
    }
    try:
        keys = TopologicalSorter(parents).static_order()
        return [index for key in keys for index in places[key]]
    except CycleError:
        return order  # the statement refuses the rows that would close the circle


def _by_time(records: Sequence[Record]) -> Iterable[int]:
    moments = [getattr(record, "since", None) for record in records]
    if not any(moments):
        return range(len(records))
    # What begins when it is written comes last: no other moment is later.
    return sorted(range(len(records)), key=lambda index: (moments[index] is None, moments[index]))


async def _reasons(
    transaction: Transaction, records: Sequence[Record], left: Sequence[int]
) -> list[RecordRefusal]:
    if not left:
        return []
    needs = BY_RECORD[type(records[0])].needs
    conflict = UPSERTS[type(records[0])].conflict
    known = {
        name: await known_keys(
            transaction, label, {getattr(records[index], name) for index in left}
        )
        for name, label in needs.items()
    }
    refusals = []
    for index in left:
        absent = [
            f"no {label} has the key {value!r}"
            for name, label in needs.items()
            if (value := getattr(records[index], name)) is not None and value not in known[name]
        ]
        reason = "; ".join(absent) + "." if absent else conflict
        refusals.append(RecordRefusal(index, reason, missing=bool(absent)))
    return refusals


async def known_keys(
    transaction: Transaction, label: str, keys: Collection[str | None]
) -> set[str]:
    """Return which of some keys exist as nodes of a label."""
    rows: list[Values] = await transaction.run(
        _KNOWN[label], {"keys": [key for key in keys if key]}
    )
    return set(rows[0]["known"])


async def read_attribute(
    transaction: Transaction, attribute: str, customers: Collection[str]
) -> dict[str, Any]:
    """Return the values of an attribute for the customers that have one, by key."""
    rows = await transaction.run(
        "UNWIND $keys AS key MATCH (c:Customer {key: key}) WHERE c[$property] IS NOT NULL"
        " RETURN c.key AS key, c[$property] AS said",
        {"keys": list(customers), "property": attribute_property(attribute)},
    )
    return {row["key"]: row["said"] for row in rows}
