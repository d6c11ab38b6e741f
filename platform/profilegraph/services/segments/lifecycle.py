"""The lifecycle of saved segments: states, editors, dependants and deletion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from profilegraph.domain.audit import AuditTargets
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.segments import SegmentState
from profilegraph.errors import Conflict, NotFound
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.nearest import did_you_mean
from profilegraph.services.commands import ChangeCommand, run_command
from profilegraph.services.identity.keys import list_keys
from profilegraph.services.platform import Platform
from profilegraph.services.segments.rules import (
    require_editor,
    require_found,
    require_owner,
    require_references,
    require_unused,
    require_users,
    with_state,
)
from profilegraph.storage.identity.sessions import read_authors
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.segments.groups import groups_with
from profilegraph.storage.segments.references import (
    delete,
    lock,
    read_references,
    read_users,
    update,
)
from profilegraph.storage.segments.saved import read_segment


@dataclass(frozen=True)
class SetSegmentState(ChangeCommand):
    """A segment and its new state."""

    key: str
    state: SegmentState

    @property
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command."""
        return AuditTargets.of(segment=self.key, state=self.state.value)


@dataclass(frozen=True)
class ShareSegment(ChangeCommand):
    """The editors of a segment from now on, by the names of their API keys."""

    key: str
    editors: tuple[str, ...] = ()
    owner: str | None = None
    """None keeps the owner."""

    @property
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command."""
        return AuditTargets.of(segment=self.key)


@dataclass(frozen=True)
class DeleteSegment(ChangeCommand):
    """A segment to delete with all its versions."""

    key: str

    @property
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command."""
        return AuditTargets.of(segment=self.key)


async def set_state(
    platform: Platform, command: SetSegmentState, context: CommandContext
) -> SavedSegment:
    """Set the state of a segment and return it.

    Raises Forbidden unless the author may edit it, Conflict if the transition is not allowed, or
    not with the segments that it refers to or that refer to it, or if a group ranks a segment to
    archive; the message names them.
    """
    key = command.key

    async def work(transaction: Transaction) -> None:
        head = require_found(await lock(transaction, [key]), key)
        require_editor(head, context.actor)
        head = with_state(head, command.state)
        ties = await read_references(transaction, key)
        require_users(head, ties.users)
        if head.state is SegmentState.ARCHIVED:
            await _require_unranked(transaction, key)
        require_references(head, ties.references, await lock(transaction, ties.references))
        await update(transaction, key, head)

    await run_command(platform, command, context, work)
    return await read_segment(platform.database, key)


async def share(platform: Platform, command: ShareSegment, context: CommandContext) -> SavedSegment:
    """Set the editors of a segment, by name, and return it.

    With an `owner`, the segment changes hands. Raises Forbidden unless the author is the owner,
    NotFound if no API key has a name.
    """
    key, editors, owner = command.key, command.editors, command.owner
    await _require_keys(platform, [*editors, *([] if owner is None else [owner])])

    async def work(transaction: Transaction) -> None:
        head = require_found(await lock(transaction, [key]), key)
        require_owner(head, context.actor)
        whose = head.owner if owner is None else owner
        named = tuple(dict.fromkeys(one for one in editors if one != whose))
        await update(transaction, key, replace(head, owner=whose, editors=named))

    await run_command(platform, command, context, work)
    return await read_segment(platform.database, key)


async def delete_segment(
    platform: Platform, command: DeleteSegment, context: CommandContext
) -> None:
    """Delete a segment with all its versions.

    Raises Forbidden unless the author is the owner, Conflict if other segments refer to it or
    groups rank it; the message names them.
    """
    key = command.key

    async def work(transaction: Transaction) -> None:
        head = require_found(await lock(transaction, [key]), key)
        require_owner(head, context.actor)
        require_unused(head, (await read_references(transaction, key)).users)
        await _require_unranked(transaction, key)
        await delete(transaction, key)

    await run_command(platform, command, context, work)


async def _require_unranked(transaction: Transaction, key: str) -> None:
    groups = [one.key for one in await groups_with(transaction, key)]
    if groups:
        raise Conflict(
            f"the segment {key!r} is ranked in {', '.join(map(repr, groups))}.",
            hint="Save the group without it first (`saveSegmentGroup`).",
        )


async def users(platform: Platform, keys: Sequence[str]) -> Mapping[str, Sequence[SavedSegment]]:
    """Return the segments whose newest versions refer to each segment, by that segment's key."""
    return await read_users(platform.database, keys)


async def _require_keys(platform: Platform, names: Sequence[str]) -> None:
    known = {one.name for one in await list_keys(platform.database) if one.revoked_at is None}
    known |= await read_authors(platform.database)
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known, "See `profilegraph key list`.")
            raise NotFound(f"no API key has the name {name!r}.", hint=hint)
