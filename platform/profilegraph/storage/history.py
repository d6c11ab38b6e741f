"""From when on the graph keeps how records were before they changed."""

from __future__ import annotations

from datetime import datetime

from profilegraph.storage.database import Database

# Both a record that never changed since, and the first state of one that did, have no `since`.
_LATER = """
MATCH (m:Migration {name: 'history'})
WHERE m.at > $at
  AND EXISTS { MATCH (n:DecisionMaker|Department|Opportunity|State) WHERE n.since IS NULL }
RETURN m.at AS first
"""


async def kept_from(database: Database, at: datetime) -> datetime | None:
    """Return from when on states are kept, where that is later than `at` and some are older."""
    rows = await database.read(_LATER, {"at": at})
    return rows[0]["first"] if rows else None
