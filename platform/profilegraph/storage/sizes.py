"""How large the graph is, by the counts that the database keeps."""

from __future__ import annotations

from profilegraph.engines.cypher.cost import GraphSizes
from profilegraph.storage.neo4j.database import Database

# Each is looked up in the database's store of counts: nothing is scanned.
_SIZES = """
RETURN COUNT { (:Customer) } AS customers, COUNT { ()-[:TAGGED]->() } AS taggings,
       COUNT { (:Event) } AS events, COUNT { () } AS nodes
"""


async def read_sizes(database: Database) -> GraphSizes:
    """Return how large the graph is."""
    [row] = await database.read(_SIZES)
    return GraphSizes(**row)
