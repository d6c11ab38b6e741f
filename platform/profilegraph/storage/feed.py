"""The feed: what each transaction changed, numbered in the order of commits.

A transaction that changed something takes, as its last act, the next number of one of several
`Feed` nodes, and holds that node's lock until it is committed: the numbers of a feed are without
gaps in the order of commits, and writers on different feeds never wait for each other. A reader
looks at all feeds in one query.

The server makes a commit visible piece by piece, its index entries last. So a reader finds changes
by their index, never by the feed's number alone: whoever sees a change sees all that it tells of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from typing import Any

from profilegraph.storage.ordinals import Runs

FEEDS = 16
KEPT = 10_000
"""Changes that a feed keeps; who is further behind reads everything anew."""

_PUBLISH = """
CALL () {
  UNWIND $customers AS key
  MATCH (c:Customer {key: key})
  RETURN collect(c.ordinal) AS named
}
CALL () {
  UNWIND $people AS key
  MATCH (:DecisionMaker {key: key})-[:OF]->(c:Customer)
  RETURN collect(c.ordinal) AS met
}
MERGE (f:Feed {name: $feed})
  ON CREATE SET f.seq = 0, f.epoch = randomUUID()
SET f.name = f.name  // the lock is taken before the number is read
WITH f, f.seq + 1 AS seq, named + met AS ordinals
SET f.seq = seq
CREATE (:Change {feed: $feed, seq: seq, customers: ordinals, parts: $parts})
WITH seq
MATCH (old:Change {feed: $feed, seq: seq - $kept})
DELETE old
"""
LOOK = """
MATCH (f:Feed)
CALL (f) {
  MATCH (n:Change)
  WHERE n.feed = f.name AND n.seq > coalesce($seen[toString(f.name)], 0)
  WITH n ORDER BY n.seq
  RETURN collect([n.seq, n.customers, n.parts]) AS changes
}
RETURN f.name AS feed, f.epoch AS epoch, f.seq AS seq, changes
"""


class Part(StrEnum):
    """What can change beside customers."""

    ORGANISATION = "organisation"
    """Our teams and employees."""
    CHANNELS = "channels"
    TAXONOMIES = "taxonomies"
    SEGMENTS = "segments"
    KEYS = "keys"


@dataclass
class Touched:
    """What a transaction changed; customers and decision-makers by key."""

    customers: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    parts: set[Part] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Return whether anything was changed."""
        return bool(self.customers or self.people or self.parts)


class Publisher:
    """Gives each transaction of a process a feed, one after the other."""

    def __init__(self) -> None:
        self._turns = count()

    async def publish(self, transaction: Runs, touched: Touched) -> None:
        """Write what a transaction changed into a feed; it must be the transaction's last act."""
        await transaction.run(
            _PUBLISH,
            {
                "feed": next(self._turns) % FEEDS,
                "customers": sorted(touched.customers),
                "people": sorted(touched.people),
                "parts": sorted(touched.parts),
                "kept": KEPT,
            },
        )


@dataclass(frozen=True)
class Change:
    """What one transaction changed; customers by ordinal."""

    feed: int
    seq: int
    customers: Sequence[int]
    parts: frozenset[Part]


@dataclass(frozen=True)
class Heads:
    """How far a reader has come: by feed, its epoch and the last number seen."""

    epochs: Mapping[int, str]
    seqs: Mapping[int, int]


NOWHERE = Heads({}, {})


@dataclass(frozen=True)
class Look:
    """What the feeds say to a reader."""

    heads: Heads
    """Where the reader is after these changes."""
    changes: tuple[Change, ...]
    unsettled: bool
    """Whether a transaction is being committed right now, whose change is not visible yet."""
    broken: bool
    """Whether changes are missing: the feed was cut, or is another one than before."""


def read_look(rows: Iterable[Mapping[str, Any]], seen: Heads) -> Look:
    """Return what the rows of `LOOK` say to a reader who has come to `seen`."""
    changes: list[Change] = []
    epochs: dict[int, str] = {}
    seqs: dict[int, int] = {}
    unsettled = broken = False
    for row in rows:
        feed, here = row["feed"], seen.seqs.get(row["feed"], 0)
        found = [Change(feed, n, c, frozenset(map(Part, parts))) for n, c, parts in row["changes"]]
        numbers = [one.seq for one in found]
        epochs[feed] = row["epoch"]
        seqs[feed] = here + len(found)
        broken |= seen.epochs.get(feed, row["epoch"]) != row["epoch"] or row["seq"] < here
        broken |= numbers != list(range(here + 1, here + 1 + len(found)))
        unsettled |= row["seq"] > seqs[feed]
        changes += found
    broken |= not seen.epochs.keys() <= epochs.keys()
    return Look(Heads(epochs, seqs), tuple(changes), unsettled, broken)
