"""Plans a change with its blast radius, stores the plan for a while, and reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from profilegraph.domain.audit import AuditTargets
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.refusals import reason, reasons
from profilegraph.domain.taxonomy.definition import Duty
from profilegraph.domain.taxonomy_changes.changes import (
    Act,
    Deprecate,
    Merge,
    NewVersion,
    Split,
    TagChange,
)
from profilegraph.domain.taxonomy_changes.kept import KeptChange
from profilegraph.domain.taxonomy_changes.states import ChangeState
from profilegraph.errors import InvalidInput, NotFound
from profilegraph.language.codec import decode
from profilegraph.language.nodes import Node
from profilegraph.language.rewriting import current
from profilegraph.language.validation import check
from profilegraph.services.commands import ChangeCommand, run_command
from profilegraph.services.duties import governance
from profilegraph.services.platform import Platform
from profilegraph.services.segments.conditions import conditions
from profilegraph.services.segments.service import library
from profilegraph.services.taxonomy_changes.effects import (
    ChangeDifference,
    compare_sides,
    new_version,
)
from profilegraph.services.taxonomy_changes.forecast import (
    Forecast,
    SegmentForecast,
    forecast,
    view_of,
)
from profilegraph.services.taxonomy_changes.previews import (
    NamedCustomer,
    Plan,
    PlanWarning,
    SegmentEffect,
    TagMove,
    TaxonomyStep,
    WarningKind,
)
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.records.reads import read_names
from profilegraph.storage.segments.saved import list_segments
from profilegraph.storage.taxonomies.changes import (
    SegmentDependents,
    keep_plan,
    read_changes,
    read_dependents,
)
from profilegraph.storage.taxonomies.definitions import read_taxonomies

VALID = timedelta(days=7)
"""How long a plan is valid."""


@dataclass(frozen=True)
class PlanTaxonomyChange(ChangeCommand):
    """A change of tags to plan."""

    change: TagChange

    @property
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command."""
        act = self.change.act
        named = act.tags if isinstance(act, Merge) else (_changed_by(act),)
        tags = tuple(f"definition:{key}" for key in named if key is not None)
        return AuditTargets(others=(f"change:{type(act).__name__}", *tags))


def _changed_by(act: Act) -> str | None:
    """Return the key of the tag, dimension or taxonomy that an act is about; None for a new text."""
    match act:
        case Split():
            return act.tag
        case NewVersion():
            return act.installed
        case Merge():
            return act.into
        case _:
            return act.target


def read_change(value: object) -> TagChange:
    """Return a change from its JSON; raises InvalidInput with every fault."""
    try:
        return TagChange.model_validate(value)
    except ValidationError as fault:
        told = [(".".join(map(str, ("change", *e["loc"]))), reason(e)) for e in reasons(fault)]
        raise InvalidInput("; ".join(f"{place}: {why}" for place, why in told) + ".") from fault


async def plan(platform: Platform, command: PlanTaxonomyChange, context: CommandContext) -> Plan:
    """Plan a change, store the plan for a week, and return it.

    Nothing else is written. Raises NotFound, Conflict, InvalidInput, InvalidFilter or
    InvalidTaxonomy if the change cannot be made, IndexUnable if its effects cannot be computed.
    """
    change = command.change
    taxonomies = await read_taxonomies(platform.database)
    segments = await list_segments(platform.database)
    difference = compare_sides(taxonomies, segments, change, new_version(platform, change))
    where = await condition(platform, change)
    view = await view_of(platform)
    found = await asyncio.to_thread(forecast, platform, difference, view, where, context.now)
    made = await _make_plan(platform, difference, change, found, context)
    kept = KeptChange(
        made.key, ChangeState.PLANNED, made.model_dump_json(), made.by, made.at, made.expires
    )

    async def work(transaction: Transaction) -> str:
        await keep_plan(transaction, kept)
        return made.key

    key = await run_command(platform, command, context, work)
    return made if key == made.key else plan_of(await kept_change(platform, key))


async def condition(platform: Platform, change: TagChange) -> Node | None:
    """Return the filter of a split with the segments that it refers to inlined; None for other changes.

    Raises InvalidFilter.
    """
    if not isinstance(change.act, Split):
        return None
    catalogue = await platform.catalogue()
    node = current(decode(change.act.where, await conditions(platform)), catalogue)
    check(node, catalogue, await library(platform, node))
    return node


async def changes(
    platform: Platform, keys: Sequence[str] | None = None, most: int = 100
) -> Sequence[KeptChange]:
    """Return planned changes, the newest first: those of some keys, or the newest of all."""
    return await read_changes(platform.database, keys=keys, most=most)


async def kept_change(platform: Platform, key: str) -> KeptChange:
    """Return a planned change by its key; raises NotFound."""
    found = await read_changes(platform.database, keys=[key])
    if not found:
        raise NotFound(
            f"no change of tags has the key {key!r}.", hint="`taxonomyChanges` lists them."
        )
    return found[0]


def plan_of(kept: KeptChange) -> Plan:
    """Return the plan of a stored change."""
    return Plan.model_validate_json(kept.plan)


async def _make_plan(
    platform: Platform,
    difference: ChangeDifference,
    change: TagChange,
    found: Forecast,
    context: CommandContext,
) -> Plan:
    watchers = await read_dependents(platform.database, list(found.segments))
    moving = (key for one in found.segments.values() for key in (*one.entering, *one.leaving))
    names = await read_names(platform.database, set(moving))
    effects = tuple(
        _effect(difference, key, outlook, watchers[key], names)
        for key, outlook in found.segments.items()
    )
    revision = difference.revision
    governed = await governance(platform, list(difference.dimensions), context.now)
    teams = {key: one.team(Duty.RESTRUCTURE) for key, one in governed.items()}
    return Plan(
        key=uuid4().hex,
        change=change,
        digest=difference.digest,
        by=context.author,
        at=context.now,
        expires=context.now + VALID,
        taxonomies=tuple(
            TaxonomyStep(
                key=one.key,
                before=revision.before[one.key].version if one.key in revision.before else None,
                after=one.version,
            )
            for one in revision.changed
        ),
        dimensions=tuple(difference.dimensions),
        moves=tuple(_moves(difference, found)),
        taggings=found.touched,
        customers=found.customers,
        segments=effects,
        warnings=tuple(_warnings(difference, change, found, effects, teams)),
    )


def _effect(
    difference: ChangeDifference,
    key: str,
    outlook: SegmentForecast,
    watchers: SegmentDependents,
    names: Mapping[str, str],
) -> SegmentEffect:
    segment = difference.segments[key]
    return SegmentEffect(
        key=key,
        labels=segment.labels,
        state=segment.state,
        version=segment.version,
        rewritten=key in difference.rewritten,
        live=watchers.live,
        groups=watchers.groups,
        webhooks=watchers.webhooks,
        before=outlook.before,
        after=outlook.after,
        entered=outlook.entered,
        left=outlook.left,
        entering=_named(outlook.entering, names),
        leaving=_named(outlook.leaving, names),
        problem=difference.after.problem(key),
    )


def _named(keys: Collection[str], names: Mapping[str, str]) -> tuple[NamedCustomer, ...]:
    return tuple(NamedCustomer(key=key, name=names.get(key)) for key in keys)


def _moves(difference: ChangeDifference, found: Forecast) -> Iterator[TagMove]:
    for step in difference.steps():
        for tag, into in step.rule.moves.items():
            yield TagMove(tag=tag, into=into, taggings=found.taggings.get(tag, 0))


def _warnings(
    difference: ChangeDifference,
    change: TagChange,
    found: Forecast,
    effects: Sequence[SegmentEffect],
    teams: Mapping[str, str | None],
) -> Iterator[PlanWarning]:
    for one in effects:
        if one.problem is not None and one.before is not None:
            yield _warning(WarningKind.SEGMENT_BREAKS, one.key, detail=one.problem)
        elif isinstance(change.act, Deprecate):
            yield _warning(WarningKind.IN_USE, one.key)
    for tag, into in difference.revision.moves.items():
        if into is None and found.taggings.get(tag):
            yield _warning(WarningKind.TAGGINGS_END, tag, found.taggings[tag])
    for tag, count in found.lost.items():
        yield _warning(WarningKind.TAG_GIVES_WAY, tag, count)
    for tag in difference.revision.retired:
        yield _warning(WarningKind.TAG_RETIRES, tag, found.taggings.get(tag, 0))
    yield from _about_dimensions(difference, teams)


def _about_dimensions(
    difference: ChangeDifference, teams: Mapping[str, str | None]
) -> Iterator[PlanWarning]:
    for key in difference.dimensions:
        dimension = difference.before.catalogue.dimensions.get(key)
        if dimension is not None and dimension.derived:
            yield _warning(WarningKind.MODEL_SETS_IT, key)
        team = teams.get(key)
        if dimension is not None and team is not None:
            yield _warning(WarningKind.NEEDS_DUTY, key, detail=team)


def _warning(kind: WarningKind, subject: str, count: int = 0, **more: Any) -> PlanWarning:
    return PlanWarning(kind=kind, subject=subject, count=count, **more)
