"""Cuts what a plugin's importer yields into batches, like the rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from profilegraph.domain.values import Record
from profilegraph.importers.records.batches import Batch
from profilegraph.importers.text.rejects import Rejected
from profilegraph.importers.text.rows import SourceRow

Fit = Callable[[Record], Record]
"""Returns a record in its stored form; raises ValueError with the reason if there is none."""


@dataclass(frozen=True)
class UnreadableItem:
    """A part of a source that is no record: the reason, and its text for the reject file."""

    reason: str
    original: str = ""


def item_batches(
    items: Iterable[Record | UnreadableItem], name: str, fit: Fit, *, size: int, after: int
) -> Iterator[Batch]:
    """Yield the items after the first `after` ones of the source `name`, `size` at a time."""
    numbered = islice(enumerate(items, start=1), after, None)
    while chunk := list(islice(numbered, size)):
        batch = Batch(last_line=chunk[-1][0])
        for number, item in chunk:
            _add(batch, number, item, name, fit)
        yield batch


def _add(batch: Batch, number: int, item: Record | UnreadableItem, name: str, fit: Fit) -> None:
    if isinstance(item, UnreadableItem):
        row = SourceRow(name, number, number, {}, (item.original,))
        batch.rejected.append(Rejected(row, item.reason))
        return
    row = SourceRow(name, number, number, {}, (item.model_dump_json(exclude_unset=True),))
    try:
        batch.records.append(fit(item))
    except ValueError as fault:
        batch.rejected.append(Rejected(row, str(fault)))
    else:
        batch.rows.append(row)
