"""The whole graph as plain data, to see what a change did."""

from __future__ import annotations

from typing import Any

from profilegraph.storage.database import Database


async def dump(database: Database) -> tuple[list[Any], list[Any]]:
    """Return all nodes and all relationships with their properties, in a stable order."""
    nodes = await database.read(
        "MATCH (n) WHERE NOT n:Migration AND NOT n:Import"
        " RETURN labels(n) AS labels, properties(n) AS properties"
    )
    edges = await database.read(
        "MATCH (a)-[r]->(b) RETURN type(r) AS type, properties(r) AS properties,"
        " a.key AS start, b.key AS end"
    )
    return sorted(nodes, key=repr), sorted(edges, key=repr)
