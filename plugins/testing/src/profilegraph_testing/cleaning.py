"""A graph for one test after another: emptied, without writing the same taxonomies again each time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.services.taxonomies.loading import load_taxonomies
from profilegraph.storage.neo4j.database import Database

_SCHEMA = "n:Migration|Counter"
# With the teams to which a taxonomy gives duties, and the lock of whoever writes one.
_LOADED = "n:Taxonomy|Dimension|Tag|Team OR n:Lock AND n.key = 'taxonomies'"
# All that there is of them: whatever a test wrote there, and by whatever means, is a difference.
_STATE = f"""
MATCH (n) WHERE {_LOADED}
WITH n ORDER BY elementId(n)
RETURN collect([elementId(n), labels(n), properties(n), COLLECT {{
  MATCH (n)-[r]->(m)
  RETURN [type(r), properties(r), elementId(m)] ORDER BY elementId(r)
}}]) AS state
"""


class GraphCleaner:
    """Leaves taxonomies and nothing else in a graph; writes them anew only if a test changed any."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._taxonomies: Sequence[Taxonomy] = ()
        self._state: Any = None

    async def leave(self, taxonomies: Sequence[Taxonomy] = ()) -> None:
        """Have these taxonomies in the graph as they were loaded first, the schema, and nothing else."""
        if taxonomies and taxonomies == self._taxonomies:
            await self._delete_all_but(f"{_SCHEMA} OR {_LOADED}")
            if await self._read_state() == self._state:
                return
        await self._delete_all_but(_SCHEMA)
        await load_taxonomies(self._database, taxonomies)
        self._taxonomies, self._state = taxonomies, await self._read_state()

    async def _read_state(self) -> Any:
        [row] = await self._database.read(_STATE)
        return row["state"]

    async def _delete_all_but(self, kept: str) -> None:
        await self._database.define(
            f"MATCH (n) WHERE NOT ({kept})"
            " CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS"
        )
