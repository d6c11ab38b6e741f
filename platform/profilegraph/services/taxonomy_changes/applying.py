"""Applies a planned change: definitions and filters at once, taggings with them or in batches.

Readers see the change from the moment at which definitions and filters change. Former keys then
count as the tags that they became, so taggings can follow later without affecting any answer; only
those of a split arrive batch by batch.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyroaring import BitMap

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.taxonomy.definition import Duty
from profilegraph.domain.taxonomy_changes.kept import KeptChange
from profilegraph.domain.taxonomy_changes.states import ChangeState
from profilegraph.engines.bitmap.retagging import RetaggingStep
from profilegraph.errors import Conflict, NotFound
from profilegraph.services.audit.entries import change_entry
from profilegraph.services.duties import require
from profilegraph.services.evaluation.choosing import engine
from profilegraph.services.platform import Platform
from profilegraph.services.taxonomies.loading import follow, taxonomy_digest
from profilegraph.services.taxonomy_changes.effects import (
    ChangeDifference,
    compare_sides,
    new_version,
)
from profilegraph.services.taxonomy_changes.planning import (
    condition,
    kept_change,
    plan_of,
)
from profilegraph.services.taxonomy_changes.previews import Plan
from profilegraph.services.taxonomy_changes.records import (
    AppliedChange,
    KeptStep,
    RewrittenFilter,
    record_of,
)
from profilegraph.services.taxonomy_changes.wording import note, told
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.segments.saved import save_version
from profilegraph.storage.taxonomies.changes import (
    advance,
    changes_under_way,
    count_applied,
    locked_change,
    locked_segments,
    next_customers,
    retag,
)
from profilegraph.storage.taxonomies.definitions import lock_taxonomies, save_taxonomy

AT_ONCE = 5_000
"""Most taggings of a change in one transaction; with more, the number of customers per batch."""


@dataclass(frozen=True)
class Application:
    """The change to apply, and what the requester has confirmed."""

    key: str
    digest: str
    """The digest of the plan."""
    allow_broken: bool = False
    """Whether segments may break."""


async def apply(
    platform: Platform,
    wanted: Application,
    context: CommandContext,
    *,
    at_once: int = AT_ONCE,
) -> KeptChange:
    """Apply a change, or resume an interrupted application, and return the change.

    Applying it again changes nothing. Raises NotFound, Forbidden, and Conflict if definitions or
    segments have changed since the plan, the plan has expired, another change is in progress, or
    segments would break without permission.
    """
    kept = await kept_change(platform, wanted.key)
    plan = plan_of(kept)
    if wanted.digest != plan.digest:
        raise Conflict(
            "the digest is not that of the plan.", hint="Give the `digest` that the plan came with."
        )
    if kept.state is ChangeState.PLANNED:
        where = await condition(platform, plan.change)
        members = None
        if where is not None:
            answering = await engine(platform, [where], context.now)
            members = BitMap((await answering.members(where)).ordinals)
        work = _Work(platform, plan, wanted, context, members, at_once)
        await platform.database.write(work.begin)
    await finish(platform, wanted.key, at_once)
    platform.changed()
    return await kept_change(platform, wanted.key)


async def finish(platform: Platform, key: str, at_once: int = AT_ONCE) -> None:
    """Move the remaining taggings of a change that is being applied.

    Raises NotFound, and Conflict if it was undone or never begun.
    """

    async def batch(transaction: Transaction) -> bool:
        kept = await locked_change(transaction, key)
        if kept is None or kept.state is not ChangeState.APPLYING:
            _require_applied(kept, key)
            return False
        return await _follow(transaction, kept, at_once)

    while await platform.database.write(batch):
        pass


@dataclass(frozen=True)
class _Work:
    """The transaction in which a change takes effect."""

    platform: Platform
    plan: Plan
    wanted: Application
    context: CommandContext
    members: BitMap | None
    at_once: int

    async def begin(self, transaction: Transaction) -> None:
        """Write definitions and filters, and the taggings too if there are few."""
        taxonomies = await lock_taxonomies(transaction)
        kept = await locked_change(transaction, self.plan.key)
        if kept is None or kept.state is not ChangeState.PLANNED:
            return  # somebody else has begun: what is left is to finish
        await self._require_nobody(transaction)
        segments = await locked_segments(transaction)
        version = new_version(self.platform, self.plan.change)
        difference = compare_sides(taxonomies, segments, self.plan.change, version)
        self._require_same(difference, kept)
        await require(
            self.platform,
            transaction,
            self.context.actor,
            Duty.RESTRUCTURE,
            [key for key in difference.dimensions if key in difference.before.catalogue.dimensions],
            self.context.now,
        )
        record = await self._write(transaction, difference)
        few = self.plan.taggings <= self.at_once
        if few:
            for step in difference.steps(self.members):
                await _all_at_once(transaction, step, self)
        transaction.record(change_entry("ApplyTaxonomyChange", self.context, change=self.plan.key))
        await advance(
            transaction,
            self.plan.key,
            ChangeState.APPLIED if few else ChangeState.APPLYING,
            record=record.model_dump_json(by_alias=True, exclude_none=True),
            members=self.members,
            appliedBy=self.context.author,
            appliedAt=self.context.now,
            sequence=await count_applied(transaction),
        )

    async def _write(self, transaction: Transaction, difference: ChangeDifference) -> AppliedChange:
        now, revision = self.context.now, difference.revision
        for taxonomy in revision.changed:
            await save_taxonomy(transaction, taxonomy, taxonomy_digest(taxonomy), now)
        await follow(transaction, revision.changed, revision.after.values(), now)
        words = note(lambda locale: told(self.plan, locale))
        written = []
        for key, node in sorted(difference.rewritten.items()):
            number = await save_version(
                transaction, key, None, node, author=self.context.author, note=words, at=now
            )
            written.append(
                RewrittenFilter(key=key, before=difference.segments[key].version, after=number)
            )
        known = (revision.before.get(one.key) for one in revision.changed)
        return AppliedChange(
            before=tuple(one for one in known if one is not None),
            after=revision.changed,
            segments=tuple(written),
            steps=tuple(KeptStep.of(one) for one in difference.steps(self.members)),
        )

    async def _require_nobody(self, transaction: Transaction) -> None:
        for other in await changes_under_way(transaction):
            raise Conflict(
                f"the change {other.key!r} is {other.state}: its taggings still follow.",
                hint="Finish it first: apply or undo it again.",
            )

    def _require_same(self, difference: ChangeDifference, kept: KeptChange) -> None:
        if self.context.now > kept.expires:
            raise Conflict("the plan has expired.", hint="Plan the change again.")
        if difference.digest != self.plan.digest:
            raise Conflict(
                "tags or segments that the plan rests on have changed since.",
                hint="Plan the change again, and look at what it does now.",
            )
        if self.plan.breaking and not self.wanted.allow_broken:
            named = ", ".join(one.subject for one in self.plan.breaking)
            raise Conflict(
                f"the change breaks segments: {named}.",
                hint="Mend them first, merge instead of deleting, or allow it (`allowBroken`).",
            )


async def _all_at_once(transaction: Transaction, step: RetaggingStep, work: _Work) -> None:
    while customers := await next_customers(
        transaction, step.rule, step.customers, work.at_once + 1
    ):
        await retag(transaction, customers, step.rule, work.context.now, work.plan.key)


async def _follow(transaction: Transaction, kept: KeptChange, at_once: int) -> bool:
    """Move one batch of a change's taggings and return whether there may be more."""
    for step in record_of(kept).rules(kept.members):
        customers = await next_customers(transaction, step.rule, step.customers, at_once)
        if customers:
            assert kept.applied_at is not None, "what is applied has a moment"  # noqa: S101
            await retag(transaction, customers, step.rule, kept.applied_at, kept.key)
            return True
    await advance(transaction, kept.key, ChangeState.APPLIED)
    return False


def _require_applied(kept: KeptChange | None, key: str) -> None:
    if kept is None:
        raise NotFound(f"no change of tags has the key {key!r}.")
    if kept.state is not ChangeState.APPLIED:
        raise Conflict(f"the change {key!r} is {kept.state}.", hint="Plan it again.")
