"""Cleaning: closes the taggings of a dimension that no longer hold, in bulk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from profilegraph.domain.audit import AuditTargets
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.taxonomy.definition import Duty
from profilegraph.errors import InvalidInput
from profilegraph.services import duties
from profilegraph.services.commands import ChangeCommand, run_command
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.taxonomies.cleaning import Staleness, close_stale, find_stale

MOST_CLOSED = 10_000
"""Most taggings closed by one request."""
MOST_DAYS = 36_500


@dataclass(frozen=True)
class Cleaned:
    """The result of a cleaning, or of a dry run."""

    closed: int
    kept: int
    """Stale taggings of inactive customers, which are kept."""
    more: bool
    """Whether there are more to close."""


@dataclass(frozen=True)
class CleanTags(ChangeCommand):
    """A dimension whose taggings that no longer hold to close."""

    dimension: str
    older_than_days: int | None
    """None closes only expired taggings."""
    frozen_days: int | None
    """Customers without an event for so long keep their taggings; None closes those, too."""
    dry_run: bool = False
    """Whether to count only, and close nothing."""

    @property
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command."""
        return AuditTargets.of(dimension=self.dimension)


async def clean(platform: Platform, command: CleanTags, context: CommandContext) -> Cleaned:
    """Close the expired taggings of a dimension, and those older than some days; return the result.

    A repeated tagging counts from its last repetition. A dry run needs no duty. Raises Forbidden
    without the duty to clean, NotFound, and InvalidInput if a number of days is not positive.
    """
    catalogue = await platform.catalogue()
    key = catalogue.dimension(catalogue.current_dimension(command.dimension)).key
    now = context.now
    what = Staleness(
        now,
        before=_ago(now, command.older_than_days, "olderThanDays"),
        awake=_ago(now, command.frozen_days, "frozenDays"),
    )
    if command.dry_run:
        found = await find_stale(platform.database.read, key, what, MOST_CLOSED + 1)
        some = min(len(found.taggings), MOST_CLOSED)
        return Cleaned(some, found.kept, len(found.taggings) > MOST_CLOSED)

    async def work(transaction: Transaction) -> list[int]:
        await duties.require(platform, transaction, context.actor, Duty.CLEAN, [key], now)
        found = await find_stale(transaction.run, key, what, MOST_CLOSED + 1)
        closed = await close_stale(transaction, found.taggings[:MOST_CLOSED], what)
        return [closed, found.kept, len(found.taggings) > MOST_CLOSED]

    closed, kept, more = await run_command(platform, command, context, work)
    return Cleaned(closed, kept, bool(more))


def _ago(now: datetime, days: int | None, where: str) -> datetime | None:
    if days is None:
        return None
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"give 1 to {MOST_DAYS:,} days, not {days}.", where=where)
    return now - timedelta(days=days)
