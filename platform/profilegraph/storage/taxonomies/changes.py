"""Changes of tags in the graph, from plan to end, and their effects on taggings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyroaring import BitMap

from profilegraph.domain.taxonomy_changes.kept import KeptChange
from profilegraph.domain.taxonomy_changes.retagging import CarriedTagging, Rule, settled
from profilegraph.domain.taxonomy_changes.states import ChangeState
from profilegraph.domain.values import EPOCH
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.neo4j.rows import Row
from profilegraph.storage.segments.saved import saved_segment
from profilegraph.storage.statements import statement


async def keep_plan(transaction: Transaction, change: KeptChange) -> None:
    """Write a new plan."""
    values = {
        "key": change.key,
        "state": change.state.value,
        "plan": change.plan,
        "by": change.by,
        "at": change.at,
        "expires": change.expires,
    }
    await transaction.run("CREATE (n:TaxonomyChange) SET n = $values", {"values": values})


async def advance(transaction: Transaction, key: str, state: ChangeState, **values: Any) -> None:
    """Write the state of a change, and other properties by name."""
    if isinstance(values.get("members"), BitMap):
        values["members"] = values["members"].serialize()
    await transaction.run(
        "MATCH (n:TaxonomyChange {key: $key}) SET n += $values",
        {"key": key, "values": {**values, "state": state.value}},
    )


async def locked_change(transaction: Transaction, key: str) -> KeptChange | None:
    """Return a change, locked until the commit; None if there is none."""
    rows = await transaction.run(
        "MATCH (n:TaxonomyChange {key: $key}) SET n.key = n.key RETURN properties(n) AS change",
        {"key": key},
    )
    return _kept(rows[0]["change"]) if rows else None


async def read_changes(
    database: Database, *, keys: Sequence[str] | None = None, most: int = 100
) -> Sequence[KeptChange]:
    """Return at most `most` changes, the newest first: those of some keys, or all."""
    rows = await database.read(
        "MATCH (n:TaxonomyChange) WHERE $keys IS NULL OR n.key IN $keys"
        " RETURN properties(n) AS change ORDER BY n.at DESC, n.key DESC LIMIT $most",
        {"keys": keys, "most": most},
    )
    return [_kept(row["change"]) for row in rows]


async def changes_under_way(transaction: Transaction) -> Sequence[KeptChange]:
    """Return the changes with taggings still to be moved."""
    rows = await transaction.run(
        "MATCH (n:TaxonomyChange) WHERE n.state IN $states RETURN properties(n) AS change",
        {"states": [ChangeState.APPLYING.value, ChangeState.UNDOING.value]},
    )
    return [_kept(row["change"]) for row in rows]


async def count_applied(transaction: Transaction) -> int:
    """Return how many changes were ever applied."""
    rows = await transaction.run("MATCH (n:TaxonomyChange) RETURN count(n.appliedAt) AS applied")
    applied: int = rows[0]["applied"]
    return applied


async def newest_applied(transaction: Transaction) -> Sequence[KeptChange]:
    """Return the applied changes that were not undone, the newest first."""
    rows = await transaction.run(
        "MATCH (n:TaxonomyChange {state: $state}) RETURN properties(n) AS change"
        " ORDER BY n.sequence DESC",
        {"state": ChangeState.APPLIED.value},
    )
    return [_kept(row["change"]) for row in rows]


async def next_customers(
    transaction: Transaction, rule: Rule, members: BitMap | None, most: int
) -> list[str]:
    """Return the keys of at most `most` customers to whose taggings a rule still has to be applied."""
    parameters = {
        "tags": sorted(rule.moves),
        "dimensions": sorted(rule.narrowed),
        "members": None if members is None else list(members),
        "most": most,
    }
    return [row["key"] for row in await transaction.run(statement("retag_next"), parameters)]


async def retag(
    transaction: Transaction,
    customers: Collection[str],
    rule: Rule,
    at: datetime,
    change: str | None,
) -> int:
    """Apply a rule to the taggings of customers and return how many changed.

    With the key of a `change`, the former taggings are stored so that they can be restored.
    """
    found = await transaction.run(
        statement("retag_read"),
        {
            "customers": sorted(customers),
            "tags": sorted(rule.tags),
            "dimensions": sorted(rule.rivals),
        },
    )
    rows = [
        {"customer": row["customer"], "tag": fate.tagging.tag, "to": fate.to}
        for row in found
        for fate in settled([_carried(one) for one in row["taggings"]], rule, _micros(at))
    ]
    await transaction.run(statement("retag"), {"rows": rows, "at": at, "change": change})
    transaction.touch(row["customer"] for row in rows)
    return len(rows)


async def take_back(
    transaction: Transaction, change: str, applied: datetime, at: datetime, most: int
) -> int:
    """Restore the taggings of at most `most` customers and return the number of customers.

    A tagging changed after the change was `applied` stays unchanged.
    """
    rows = await transaction.run(
        "MATCH (c:Customer)-[:RETAGGED {change: $change}]->(:Tag) RETURN DISTINCT c.key AS key"
        " LIMIT $most",
        {"change": change, "most": most},
    )
    customers = [row["key"] for row in rows]
    parameters = {"customers": customers, "change": change, "applied": applied, "at": at}
    await transaction.run(statement("retag_undo"), parameters)
    transaction.touch(customers)
    return len(customers)


@dataclass(frozen=True)
class SegmentDependents:
    """What depends on a segment: live evaluation, the groups that rank it, and its webhooks."""

    live: bool
    groups: tuple[str, ...]
    webhooks: int


async def read_dependents(
    database: Database, segments: Sequence[str]
) -> Mapping[str, SegmentDependents]:
    """Return what depends on each segment, by its key."""
    rows = await database.read(statement("read_dependents"), {"keys": segments})
    return {
        row["key"]: SegmentDependents(row["live"], tuple(row["groups"]), row["webhooks"])
        for row in rows
    }


async def locked_segments(transaction: Transaction) -> Sequence[SavedSegment]:
    """Return all segments in their newest versions, locked until the commit."""
    await transaction.run("MATCH (s:Segment) WITH s ORDER BY s.key SET s.key = s.key")
    rows = await transaction.run(
        statement("read_segments"), {"keys": None, "version": None, "at": None}
    )
    return [saved_segment(row) for row in rows]


def _carried(row: Row) -> CarriedTagging[None]:
    return CarriedTagging(row["tag"], row["since"], row["until"], None)


def _micros(moment: datetime) -> int:
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _kept(values: Row) -> KeptChange:
    return KeptChange(
        key=values["key"],
        state=ChangeState(values["state"]),
        plan=values["plan"],
        by=values["by"],
        at=values["at"],
        expires=values["expires"],
        record=values.get("record"),
        members=BitMap.deserialize(values["members"]) if "members" in values else None,
        applied_by=values.get("appliedBy"),
        applied_at=values.get("appliedAt"),
        undone_by=values.get("undoneBy"),
        undone_at=values.get("undoneAt"),
    )
