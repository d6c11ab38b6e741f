"""Appends entries to the audit log, and reads an entry back from its row.

A transaction takes, as its last act, the next numbers of one of several `AuditPartition` nodes, and
holds that node's lock until it commits: the numbers of a partition have no gaps, and writers of
different partitions never wait for each other.
"""

from __future__ import annotations

from typing import Any

from profilegraph.domain.audit import (
    AuditActor,
    AuditEntry,
    AuditKind,
    AuditPosition,
    StoredAuditEntry,
)

APPEND = """
MERGE (p:AuditPartition {number: $partition})
  ON CREATE SET p.last = 0
SET p.number = p.number  // the lock is taken before the last number is read
WITH p, p.last AS before
SET p.last = before + size($entries)
WITH before
UNWIND range(1, size($entries)) AS step
CREATE (e:AuditEntry {partition: $partition, number: before + step})
SET e += $entries[step - 1]
"""


def entry_row(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry as properties of its node; what is null is no property."""
    actor = entry.actor
    return {
        "kind": entry.kind.value,
        "operation": entry.operation,
        "at": entry.at,
        "actor": actor.name,
        "principal": actor.principal,
        "employee": actor.employee,
        "onBehalfOf": actor.on_behalf_of,
        "customers": list(entry.customers) or None,
        "customerCount": entry.customer_count or None,
        "customersDigest": entry.customers_digest,
        "targets": list(entry.targets) or None,
        "code": entry.code,
        # So that a sealer reads nothing else, and what is changed before it comes is found, too.
        "digest": entry.digest,
    }


def stored_entry(row: dict[str, Any]) -> StoredAuditEntry:
    """Return the entry of a node's properties; raises KeyError, TypeError or ValueError for none."""
    actor = AuditActor(
        row["actor"], row.get("principal"), row.get("employee"), row.get("onBehalfOf")
    )
    entry = AuditEntry(
        AuditKind(row["kind"]),
        row["operation"],
        row["at"],
        actor,
        tuple(row.get("customers", ())),
        row.get("customerCount", 0),
        row.get("customersDigest"),
        tuple(row.get("targets", ())),
        row.get("code"),
    )
    return StoredAuditEntry(AuditPosition(row["partition"], row["number"]), entry)
