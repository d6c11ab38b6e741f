"""The change feeds: what each transaction changed, numbered in commit order.

A transaction with changes takes, as its last act, the next number of one of several `Feed` nodes,
and holds that node's lock until it commits: the numbers of a feed have no gaps in commit order, and
writers on different feeds never wait for each other. A reader polls all feeds in one query.

The server makes a commit visible piece by piece, its index entries last. So a reader finds changes
by their index, never by the feed's number alone: when a change is visible, everything it reports
is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain, count
from typing import Any, Protocol

from profilegraph.domain.audit import PARTITIONS, AuditEntry
from profilegraph.domain.feed import Offsets
from profilegraph.storage.audit.appending import APPEND, entry_row
from profilegraph.storage.feed.ordinals import Runs

FEEDS = PARTITIONS
"""As many as the audit log has partitions: a transaction takes the same number of both."""
KEPT = 10_000
"""Changes kept per feed; a reader further behind has to read everything again."""

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
# One statement for both: a round trip costs more than what the server does for either.
_APPEND_AND_PUBLISH = f"CALL () {{ {APPEND} }}\n{_PUBLISH}"
# One row: the driver takes longer for sixteen than the server for all that is in them.
_LOOK = """
MATCH (f:Feed)
WITH collect([f.name, f.epoch, f.seq]) AS feeds
RETURN feeds, COLLECT {
  UNWIND $seen AS head
  MATCH (n:Change) USING INDEX n:Change(feed, seq)
  WHERE n.feed = head[0] AND n.seq > head[1]
  WITH n ORDER BY n.seq
  RETURN [n.feed, n.seq, n.customers, n.parts]
} AS changes
"""
_BEGIN = """
MATCH (f:Feed)
CALL (f) {
  MATCH (n:Change) WHERE n.feed = f.name AND n.seq > 0
  RETURN max(n.seq) AS newest
}
RETURN f.name AS feed, f.epoch AS epoch, f.seq AS seq, newest
"""


class Reads(Protocol):
    """A database that runs a query in read mode."""

    async def read(self, query: str, parameters: Mapping[str, Any] | None = None, /) -> Any:
        """Return the rows."""


class Writes(Protocol):
    """A database that runs a transaction."""

    async def write(self, work: Callable[[Any], Awaitable[None]], /) -> None:
        """Run the work in a transaction and commit it."""


class ChangedPart(StrEnum):
    """What can change apart from customers."""

    ORGANISATION = "organisation"
    """Our teams and employees."""
    CHANNELS = "channels"
    TAXONOMIES = "taxonomies"
    SEGMENTS = "segments"
    KEYS = "keys"
    SETTINGS = "settings"
    """The settings of the deployment."""
    INDEX = "index"
    """Nothing changed; every process is to rebuild its index."""


@dataclass
class Touched:
    """What a transaction changed; customers and decision-makers by key."""

    customers: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    parts: set[ChangedPart] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Return whether anything was changed."""
        return bool(self.customers or self.people or self.parts)


class Publisher:
    """Assigns the transactions of a process to the feeds in turn."""

    def __init__(self) -> None:
        self._turns = count()

    async def publish(
        self, transaction: Runs, touched: Touched, entries: Sequence[AuditEntry] = ()
    ) -> None:
        """Append the changes of a transaction to a feed, and its entries to the audit log.

        Must be the last act of the transaction.
        """
        if not (touched or entries):
            return
        number = next(self._turns) % FEEDS
        appended = {"partition": number, "entries": list(map(entry_row, entries))}
        if not touched:
            await transaction.run(APPEND, appended)
            return
        changes = {
            "feed": number,
            "customers": sorted(touched.customers),
            "people": sorted(touched.people),
            "parts": sorted(touched.parts),
            "kept": KEPT,
        }
        if entries:
            await transaction.run(_APPEND_AND_PUBLISH, changes | appended)
        else:
            await transaction.run(_PUBLISH, changes)


@dataclass(frozen=True)
class CommittedChange:
    """What one transaction changed; customers by ordinal."""

    feed: int
    seq: int
    customers: Sequence[int]
    parts: frozenset[ChangedPart]


@dataclass(frozen=True)
class FeedPoll:
    """The result of a poll of the feeds."""

    offsets: Offsets
    """The offsets of the reader after these changes."""
    changes: tuple[CommittedChange, ...] = ()
    unsettled: bool = False
    """Whether a transaction is being committed whose change is not visible yet."""
    broken: bool = False
    """Whether changes are missing: the feed was truncated or replaced."""


async def newest_offsets(database: Reads) -> FeedPoll:
    """Return the offsets of a reader that reads everything from now on."""
    rows = await database.read(_BEGIN)
    seqs = {row["feed"]: row["newest"] or row["seq"] for row in rows}
    # A feed whose numbered changes cannot be seen: the first one is under way, or all were deleted.
    unsettled = any(row["newest"] is None and row["seq"] > 0 for row in rows)
    return FeedPoll(Offsets({row["feed"]: row["epoch"] for row in rows}, seqs), unsettled=unsettled)


async def poll(database: Reads, seen: Offsets) -> FeedPoll:
    """Return the changes since the offsets `seen`."""
    asked = {**dict.fromkeys(range(FEEDS), 0), **seen.seqs}
    [row] = await database.read(_LOOK, {"seen": list(map(list, asked.items()))})
    found: dict[int, list[CommittedChange]] = {feed: [] for feed in asked}
    for feed, seq, customers, parts in row["changes"]:
        found[feed].append(
            CommittedChange(feed, seq, customers, frozenset(map(ChangedPart, parts)))
        )
    epochs = {feed: epoch for feed, epoch, _ in row["feeds"]}
    seqs: dict[int, int] = {}
    unsettled = False
    broken = not seen.epochs.keys() <= epochs.keys()
    for feed, epoch, seq in row["feeds"]:
        here, changes = asked.get(feed, 0), found.get(feed, [])
        seqs[feed] = here + len(changes)
        broken |= seen.epochs.get(feed, epoch) != epoch or seq < here
        broken |= [one.seq for one in changes] != list(range(here + 1, seqs[feed] + 1))
        unsettled |= seq > seqs[feed]
    return FeedPoll(Offsets(epochs, seqs), tuple(chain(*found.values())), unsettled, broken)


async def wait_for_commits(database: Writes, feeds: Collection[int]) -> None:
    """Wait until the transactions that hold the locks of some feeds have committed."""

    async def wait(transaction: Runs) -> None:
        await transaction.run(
            "MATCH (f:Feed) WHERE f.name IN $feeds SET f.name = f.name", {"feeds": list(feeds)}
        )

    await database.write(wait)
