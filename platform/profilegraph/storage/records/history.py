"""Since when history is kept, and which records were saved only later."""

from __future__ import annotations

from datetime import datetime

from profilegraph.domain.notices import MOST, Notice, NoticeCode
from profilegraph.storage.neo4j.database import Database

# Both a record that never changed since, and the first state of one that did, have no `since`.
_LATER = """
MATCH (m:Migration {name: 'history'})
WHERE m.at > $at
  AND EXISTS { MATCH (n:DecisionMaker|Department|Opportunity|State) WHERE n.since IS NULL }
RETURN m.at AS first
"""
_CUSTOMERS = """
CALL () {
  MATCH (c:Customer) WHERE c.createdAt > $at
  WITH c.createdAt AS saved ORDER BY saved LIMIT $most
  RETURN count(*) AS later, min(saved) AS first
}
RETURN later, first,
       NOT EXISTS { MATCH (c:Customer) WHERE c.createdAt <= $at } AS nothing_before
"""
# What changed since then was known before: an earlier state of it, or one without a moment, says so.
_STATES = """
CALL () {{
  MATCH (n:{label}) WHERE n.since > $at
    AND NOT EXISTS {{ MATCH (n)-[:WAS]->(s) WHERE coalesce(s.since <= $at, true) }}
  WITH n.since AS saved ORDER BY saved LIMIT $most
  RETURN count(*) AS later, min(saved) AS first
}}
RETURN later, first,
       NOT EXISTS {{
         MATCH (n:{label})-[:WAS]->{{0,1}}(s) WHERE coalesce(s.since <= $at, true)
       }} AS nothing_before
"""
_SAVED_LATER = {
    NoticeCode.CUSTOMERS_SAVED_LATER: _CUSTOMERS,
    NoticeCode.PEOPLE_SAVED_LATER: _STATES.format(label="DecisionMaker"),
    NoticeCode.OPPORTUNITIES_SAVED_LATER: _STATES.format(label="Opportunity"),
}


async def kept_from(database: Database, at: datetime) -> datetime | None:
    """Return since when states are kept, if that is later than `at` and older records exist."""
    rows = await database.read(_LATER, {"at": at})
    return rows[0]["first"] if rows else None


async def saved_later(database: Database, code: NoticeCode, at: datetime) -> Notice | None:
    """Return a notice on records saved only after a moment; None if there are none."""
    [row] = await database.read(_SAVED_LATER[code], {"at": at, "most": MOST})
    if not row["later"]:
        return None
    return Notice(code, at, row["later"], row["first"], row["nothing_before"])
