"""Checks of a batch that need the graph, made in the transaction that writes the batch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from profilegraph.domain.values import Record
from profilegraph.importers.records.batches import Batch
from profilegraph.importers.records.binding import NOTHING, Conventions, RegionSource
from profilegraph.importers.records.content_keys import KEYED_BY_CONTENT, is_content_key
from profilegraph.importers.records.parsing import fitted, waits_for_region
from profilegraph.importers.text.rejects import Rejected
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.records.writing import known_keys, read_attribute

_EQUAL = (
    "an equal row is in the graph already; remove this one if it tells of the same, or give it a"
    " `key` of its own"
)


@dataclass(frozen=True)
class ScreenedBatch:
    """A batch that can be written."""

    batch: Batch
    known: int = 0
    """How many of its records, which are keyed by their content, exist in the graph."""


Screen: TypeAlias = Callable[[Transaction, Batch], Awaitable[ScreenedBatch]]
"""Returns the part of a batch that can be written; called again if a transaction is retried."""


async def as_it_is(transaction: Transaction, batch: Batch) -> ScreenedBatch:
    """Return the whole batch: its records need no check in the graph."""
    del transaction
    return ScreenedBatch(batch)


def by_content(kind: type[Record], *, rejects: bool) -> Screen:
    """Return the check that finds rows of a kind that exist in the graph with the same content.

    Whether a corrected row of a reject file is one of those cannot be known: it may equal an
    accepted row and still describe another event. Such rows are rejected.
    """
    if kind not in KEYED_BY_CONTENT:
        return as_it_is

    async def screen(transaction: Transaction, batch: Batch) -> ScreenedBatch:
        keys = {key for one in batch.records if is_content_key(key := one.key)}  # type: ignore[attr-defined]  # such kinds have one
        if not keys:
            return ScreenedBatch(batch)
        known = await known_keys(transaction, kind.__name__, keys)
        if not rejects:
            return ScreenedBatch(batch, len(known))
        equal = (index for index, one in enumerate(batch.records) if one.key in known)  # type: ignore[attr-defined]
        return ScreenedBatch(without(batch, dict.fromkeys(equal, _EQUAL)))

    return screen


def by_region(source: RegionSource, conventions: Conventions) -> Screen:
    """Return the check that reads phone numbers by the country of their customer, from an attribute.

    The numbers of customers without the attribute are read with the conventions of the file.
    """

    async def screen(transaction: Transaction, batch: Batch) -> ScreenedBatch:
        waiting = [one for one in batch.records if waits_for_region(one)]
        places = await read_attribute(
            transaction, source.attribute, {one.customer for one in waiting}
        )
        records, refused = list(batch.records), {}
        for index, record in enumerate(records):
            if waits_for_region(record):
                try:
                    region = source.read(places.get(record.customer, ""))
                    there = {} if region is NOTHING else {"region": region}
                    records[index] = fitted(record.model_copy(update=there), conventions)
                except ValueError as fault:
                    refused[index] = str(fault)
        return ScreenedBatch(without(replace(batch, records=records), refused))

    return screen


def without(batch: Batch, refused: Mapping[int, str]) -> Batch:
    """Return a batch without the records at some indexes, which are rejected with their reasons."""
    if not refused:
        return batch
    kept = [index for index in range(len(batch.records)) if index not in refused]
    return replace(
        batch,
        records=[batch.records[index] for index in kept],
        rows=[batch.rows[index] for index in kept],
        rejected=[*batch.rejected, *_rejected(batch, refused.items())],
    )


def _rejected(batch: Batch, refused: Iterable[tuple[int, str]]) -> list[Rejected]:
    return [Rejected(batch.rows[index], reason) for index, reason in refused]
