"""The settings of a deployment, stored in one node of its graph by the first process."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from pydantic.alias_generators import to_camel

from profilegraph.domain.audit import AuditEntry
from profilegraph.domain.deployment import Deployment
from profilegraph.storage.feed.change_feed import ChangedPart
from profilegraph.storage.neo4j.database import Database, Transaction

_KEPT = "d {.currency, phone_region: d.phoneRegion, .timezone} AS kept"
_READ = f"MATCH (d:Deployment {{key: 'settings'}}) RETURN {_KEPT}"
# The first one keeps what it was started with. Until there is a customer nothing depends on it, and
# whoever is started with something else on purpose replaces it.
_KEEP = f"""
MERGE (d:Deployment {{key: 'settings'}})
  ON CREATE SET d += $settings, d.at = $now, d.new = true
WITH d, coalesce(d.new, false) AS new, properties(d) AS before
SET d += CASE WHEN EXISTS {{ (:Customer) }} THEN {{}} ELSE $chosen END
REMOVE d.new
RETURN {_KEPT},
       new OR any(name IN keys($chosen) WHERE before[name] <> d[name]) AS changed
"""
_CHANGE = """
MATCH (d:Deployment {key: 'settings'})
SET d += $settings, d.at = $now
WITH d
// An import under way reads its file by the old settings: it ends, and begins anew by the new ones.
OPTIONAL MATCH (i:Import) WHERE NOT i.finished
SET i.key = i.key + ' until ' + toString($now)
"""
_DEPENDING = """
RETURN COUNT { MATCH (n:Event) WHERE n.amount IS NOT NULL } AS events,
       COUNT { MATCH (n:Opportunity) WHERE n.amount IS NOT NULL } AS opportunities,
       COUNT { MATCH (n:Identity) WHERE n.kind = 'PHONE' } AS phones,
       COUNT { (:Segment) } AS segments,
       COUNT { MATCH (i:Import) WHERE NOT i.finished } AS unfinished
"""


@dataclass(frozen=True)
class Depending:
    """The number of records whose meaning depends on the settings."""

    events: int
    """Those with an amount."""
    opportunities: int
    """Those with an amount."""
    phones: int
    segments: int
    unfinished: int
    """Interrupted or running imports."""


async def read_deployment(database: Database) -> Deployment | None:
    """Return the settings stored in a graph; None if no process has started on it yet."""
    rows = await database.read(_READ)
    return Deployment(**rows[0]["kept"]) if rows else None


async def keep_deployment(
    database: Database, first: Deployment, chosen: dict[str, str], now: datetime
) -> Deployment:
    """Return the stored settings; `first` is stored if there are none.

    While the graph has no customers, settings `chosen` explicitly replace the stored ones.
    """
    kept = await read_deployment(database)
    if kept is not None and asdict(kept) | chosen == asdict(kept):
        return kept

    async def work(transaction: Transaction) -> Deployment:
        values = {"settings": _named(asdict(first)), "chosen": _named(chosen), "now": now}
        [row] = await transaction.run(_KEEP, values)
        if row["changed"]:
            transaction.touch(parts={ChangedPart.SETTINGS})
        return Deployment(**row["kept"])

    return await database.write(work)


async def change_deployment(
    database: Database, new: Deployment, now: datetime, entry: AuditEntry
) -> None:
    """Store other settings, with an entry of the audit log; every process uses them from its next question on."""

    async def work(transaction: Transaction) -> None:
        await transaction.run(_CHANGE, {"settings": _named(asdict(new)), "now": now})
        transaction.touch(parts={ChangedPart.SETTINGS})
        transaction.record(entry)

    await database.write(work)


async def count_depending(database: Database) -> Depending:
    """Return the number of records whose meaning depends on the settings."""
    [row] = await database.read(_DEPENDING)
    return Depending(**row)


def _named(settings: dict[str, str]) -> dict[str, str]:
    """Return settings by the name of their property in the graph."""
    return {to_camel(name): value for name, value in settings.items()}
