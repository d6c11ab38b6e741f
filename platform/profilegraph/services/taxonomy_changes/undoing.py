"""Undoes an applied change of definitions, taggings and filters, if nothing later depends on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Cardinality, Duty, Taxonomy
from profilegraph.domain.taxonomy.edits import World
from profilegraph.domain.taxonomy_changes.kept import KeptChange
from profilegraph.domain.taxonomy_changes.restoring import restored
from profilegraph.domain.taxonomy_changes.retagging import Rule
from profilegraph.domain.taxonomy_changes.states import ChangeState
from profilegraph.errors import Conflict, NotFound
from profilegraph.language.saved_filters import SavedFilter, SavedFilters
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.language.validation import faults
from profilegraph.services.audit.entries import change_entry
from profilegraph.services.duties import require
from profilegraph.services.platform import Platform
from profilegraph.services.taxonomies.loading import follow, taxonomy_digest
from profilegraph.services.taxonomy_changes.applying import AT_ONCE
from profilegraph.services.taxonomy_changes.planning import kept_change, plan_of
from profilegraph.services.taxonomy_changes.records import AppliedChange, RewrittenFilter, record_of
from profilegraph.services.taxonomy_changes.wording import note, undone
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.segments.saved import read_segment, save_version
from profilegraph.storage.taxonomies.changes import (
    advance,
    changes_under_way,
    locked_change,
    locked_segments,
    newest_applied,
    next_customers,
    retag,
    take_back,
)
from profilegraph.storage.taxonomies.definitions import lock_taxonomies, save_taxonomy


async def undo(
    platform: Platform,
    key: str,
    context: CommandContext,
    *,
    at_once: int = AT_ONCE,
) -> KeptChange:
    """Undo a change, or resume an interrupted undo, and return the change.

    Undoing it again changes nothing. Raises NotFound, Forbidden, and Conflict if it is not applied,
    or something later depends on it; the message says what.
    """
    kept = await kept_change(platform, key)
    if kept.state is ChangeState.APPLIED:
        filters = await _former_filters(platform, kept)
        await platform.database.write(_Work(platform, kept, context, filters, at_once).begin)
    elif kept.state not in (ChangeState.UNDOING, ChangeState.UNDONE):
        raise Conflict(
            f"the change {key!r} is {kept.state}.",
            hint="Only what is applied can be taken back; apply it to its end first.",
        )

    async def batch(transaction: Transaction) -> bool:
        kept = await locked_change(transaction, key)
        return (
            kept is not None
            and kept.state is ChangeState.UNDOING
            and await _follow(transaction, kept, at_once)
        )

    while await platform.database.write(batch):
        pass
    platform.changed()
    return await kept_change(platform, key)


async def _former_filters(platform: Platform, kept: KeptChange) -> Mapping[str, SavedSegment]:
    """Return the versions of segments before a change rewrote them, by key."""
    found = {}
    for one in record_of(kept).segments:
        try:
            found[one.key] = await read_segment(platform.database, one.key, one.before)
        except NotFound:
            continue  # deleted since: there is nothing to write back
    return found


@dataclass(frozen=True)
class _Work:
    """The transaction in which a change is undone."""

    platform: Platform
    kept: KeptChange
    context: CommandContext
    former: Mapping[str, SavedSegment]
    at_once: int

    async def begin(self, transaction: Transaction) -> None:
        """Write the former definitions and filters, and the taggings too if there are few."""
        taxonomies = await lock_taxonomies(transaction)
        kept = await locked_change(transaction, self.kept.key)
        if kept is None or kept.state is not ChangeState.APPLIED:
            return
        await self._require_last(transaction)
        record = record_of(kept)
        world: World = {one.key: one for one in taxonomies}
        after = restored(world, record.before, record.after)
        segments = {one.key: one for one in await locked_segments(transaction)}
        back = {
            one.key: one
            for one in record.segments
            if self._is_as_left(one.key, one.after, segments)
        }
        self._require_sound(world, after, segments, set(back))
        await require(
            self.platform,
            transaction,
            self.context.actor,
            Duty.RESTRUCTURE,
            self._dimensions(world),
            self.context.now,
        )
        changed = [one for key, one in after.items() if one != world.get(key)]
        for taxonomy in changed:
            await save_taxonomy(transaction, taxonomy, taxonomy_digest(taxonomy), self.context.now)
        await follow(transaction, changed, after.values(), self.context.now)
        await self._write_back(transaction, back)
        await advance(
            transaction,
            self.kept.key,
            ChangeState.UNDOING,
            undoneBy=self.context.author,
            undoneAt=self.context.now,
        )
        if plan_of(kept).taggings <= self.at_once:
            undoing = await locked_change(transaction, self.kept.key)
            while undoing is not None and await _follow(transaction, undoing, self.at_once + 1):
                pass

    async def _write_back(
        self, transaction: Transaction, back: Mapping[str, RewrittenFilter]
    ) -> None:
        transaction.record(change_entry("UndoTaxonomyChange", self.context, change=self.kept.key))
        plan = plan_of(self.kept)
        words = note(lambda locale: undone(plan, locale))
        for key, one in sorted(back.items()):
            await save_version(
                transaction,
                key,
                None,
                self.former[key].filter,
                author=self.context.author,
                note=words,
                at=self.context.now,
                restores=one.before,
            )

    def _dimensions(self, world: World) -> list[str]:
        known = Catalogue.of(world.values()).dimensions
        return [key for key in plan_of(self.kept).dimensions if key in known]

    def _is_as_left(self, key: str, version: int, segments: Mapping[str, SavedSegment]) -> bool:
        return key in self.former and key in segments and segments[key].version == version

    async def _require_last(self, transaction: Transaction) -> None:
        for other in await changes_under_way(transaction):
            raise Conflict(
                f"the change {other.key!r} is {other.state}: its taggings still follow.",
                hint="Finish it first: apply or undo it again.",
            )
        mine = {one.key for one in record_of(self.kept).after}
        for other in await newest_applied(transaction):
            if other.key == self.kept.key:
                return
            if mine & {one.key for one in record_of(other).after}:
                raise Conflict(
                    f"the change {other.key!r} came later, and changed the same taxonomy.",
                    hint="Take that one back first.",
                )

    def _require_sound(
        self, now: World, after: World, segments: Mapping[str, SavedSegment], back: set[str]
    ) -> None:
        """Raise Conflict if a segment saved since names what would be removed."""
        current = SavedFilters(
            {k: SavedFilter(one.labels, one.filter) for k, one in segments.items()}
        )
        later = {
            key: SavedFilter(one.labels, self.former[key].filter if key in back else one.filter)
            for key, one in segments.items()
        }
        old, new = Catalogue.of(now.values()), Catalogue.of(after.values())
        for key, one in current.segments.items():
            if not faults(one.filter, old, current):
                found = faults(later[key].filter, new, SavedFilters(later))
                if found and key not in back:
                    raise Conflict(
                        f"the segment {key!r} was saved since, and names what would be gone:"
                        f" {found[0].message}",
                        hint="Save it without that first, or delete it.",
                    )


async def _follow(transaction: Transaction, kept: KeptChange, at_once: int) -> bool:
    """Restore one batch of taggings and return whether there may be more."""
    assert kept.applied_at is not None  # noqa: S101  (it was applied)
    assert kept.undone_at is not None  # noqa: S101  (it is being undone)
    if await take_back(transaction, kept.key, kept.applied_at, kept.undone_at, at_once):
        return True
    rule = _backwards(record_of(kept), await lock_taxonomies(transaction))
    customers = await next_customers(transaction, rule, None, at_once) if rule.moves else []
    if customers:
        await retag(transaction, customers, rule, kept.undone_at, None)
        return True
    await advance(transaction, kept.key, ChangeState.UNDONE)
    return False


def _backwards(record: AppliedChange, taxonomies: Iterable[Taxonomy]) -> Rule:
    """Return the rule for taggings of tags that are removed, made since: back to the tags' origins."""
    catalogue = Catalogue.of(taxonomies)
    moves = {
        new: old
        for step in record.steps
        for old, new in step.moves.items()
        if new is not None and new not in catalogue.tags
    }
    single = (k for k, one in catalogue.dimensions.items() if one.cardinality is Cardinality.SINGLE)
    return Rule(moves, frozenset(single))
