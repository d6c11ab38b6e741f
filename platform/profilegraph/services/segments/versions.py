"""The versions of saved segments: their differences, and rollback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from profilegraph.domain.audit import AuditTargets
from profilegraph.domain.commands import CommandContext
from profilegraph.language.nodes import AllOf
from profilegraph.language.rewriting import current
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.language.validation import check
from profilegraph.rendering.difference import FilterChange, differences, line
from profilegraph.services.commands import ChangeCommand, run_command
from profilegraph.services.platform import Platform
from profilegraph.services.segments.rules import admit
from profilegraph.services.segments.service import library
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.segments.saved import read_segment, read_versions, save_version


async def version(platform: Platform, key: str, number: int | None = None) -> SavedSegment:
    """Return a segment in a version, by default the newest; raises NotFound."""
    return await read_segment(platform.database, key, number)


async def versions(platform: Platform, keys: Sequence[str]) -> Mapping[str, Sequence[SavedSegment]]:
    """Return all versions of each segment, the newest first, by the segment's key."""
    return await read_versions(platform.database, keys)


def changes(
    history: Sequence[SavedSegment], number: int, since: int | None
) -> tuple[FilterChange, ...]:
    """Return how a version's filter differs from that of the version `since`.

    `history` has all versions. Without `since`, it is compared with the version before it. Empty
    for the first version, and for one that is not in the history.
    """
    filters = {one.version: one.filter for one in history}
    before = filters.get(number - 1 if since is None else since)
    return () if before is None else differences(before, filters[number])


async def describe_changes(
    platform: Platform, found: Sequence[FilterChange], locale: str
) -> list[str]:
    """Return changes in words, with the labels of the segments that they name."""
    named = [node for one in found for node in (one.before, one.after, *one.within) if node]
    referred = await library(platform, AllOf(tuple(named)))
    catalogue = await platform.catalogue()
    return [line(one, catalogue, locale, referred) for one in found]


@dataclass(frozen=True)
class RollBackSegment(ChangeCommand):
    """An older version of a segment whose filter to restore."""

    key: str
    version: int
    note: str = ""
    base_version: int | None = None
    """The newest version when the rollback was requested; None skips the check for conflicts."""

    @property
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command."""
        return AuditTargets.of(segment=self.key, version=str(self.version))


async def roll_back(
    platform: Platform, command: RollBackSegment, context: CommandContext
) -> SavedSegment:
    """Make the filter of an older version the newest again and return the segment.

    It is a new version unless the newest is equivalent. Raises NotFound if there is no such
    version, InvalidFilter if it names something that no longer exists, and Forbidden or Conflict as
    saving does.
    """
    key = command.key
    older = await read_segment(platform.database, key, command.version)
    catalogue = await platform.catalogue()
    node = current(older.filter, catalogue)
    check(node, catalogue, await library(platform, node), key)

    async def work(transaction: Transaction) -> int:
        await admit(transaction, key, node, None, context.actor, older.kind, command.base_version)
        return await save_version(
            transaction,
            key,
            None,
            node,
            author=context.author,
            note=command.note,
            at=context.now,
            restores=command.version,
        )

    saved = await run_command(platform, command, context, work)
    return await read_segment(platform.database, key, saved)
