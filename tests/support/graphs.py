"""The whole graph as plain data, to see what a change did."""

from __future__ import annotations

from typing import Any

from profilegraph.storage.neo4j.database import Database

_OWN = "Migration|Counter|Feed|Change|AuditEntry|AuditPartition|AuditSeal|AuditChain"


async def dump(database: Database, *, imports: bool = False) -> list[str]:
    """Return every node and relationship with its properties, as text in a stable order.

    `imports` says whether how far imports have come is part of it; migrations, the feed of
    changes and the audit log never are. The order in which the server names properties is its own,
    and changes.
    """
    nodes = await database.read(
        f"MATCH (n) WHERE NOT n:{_OWN} AND ($imports OR NOT n:Import)"
        " RETURN labels(n) AS labels, properties(n) AS properties",
        {"imports": imports},
    )
    edges = await database.read(
        "MATCH (a)-[r]->(b) RETURN type(r) AS type, properties(r) AS properties,"
        " a.key AS start, b.key AS end"
    )
    return sorted(_text(row) for row in nodes + edges)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(value[key])}" for key in sorted(value))
    return repr(value)
