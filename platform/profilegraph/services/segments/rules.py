"""Who may change a segment, and which segments may refer to which; checked within a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from profilegraph.domain.duties import Actor
from profilegraph.domain.segments import NEXT_STATES, REFERABLE, SegmentKind, SegmentState
from profilegraph.errors import Conflict, Forbidden, InvalidFilter, NotFound
from profilegraph.language.nodes import Node
from profilegraph.language.saved_filters import references, size
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.segments.references import SegmentHead, claim, lock, lock_library, update
from profilegraph.storage.segments.saved import newest_version

_OTHER_KIND = MappingProxyType(
    {
        SegmentKind.DYNAMIC: "Its filter decides who is a member: save another filter (`saveSegment`).",
        SegmentKind.STATIC: "Its members are chosen by hand: `changeStaticSegment` adds and removes.",
        SegmentKind.SNAPSHOT: "A snapshot stays as it was taken: take another one (`takeSnapshot`).",
    }
)


async def admit(
    transaction: Transaction,
    key: str,
    node: Node,
    state: SegmentState | None,
    actor: Actor,
    kind: SegmentKind = SegmentKind.DYNAMIC,
    base_version: int | None = None,
) -> None:
    """Lock a segment for a new version, create it if necessary, and check that its author may save.

    A new segment belongs to the author, and is ACTIVE unless a state is given. `base_version` is
    the version that was edited: 0 for none, None to skip the check. Raises Forbidden or Conflict if
    the version may not be saved, the segment is of another kind or has a newer version;
    InvalidFilter if a segment that the filter refers to is gone or refers back to this one.
    """
    await claim(transaction, SegmentHead(key, kind, state or SegmentState.ACTIVE, actor.name))
    wanted = references(node)
    heads = await lock(transaction, {key, *wanted})
    head = heads[key]
    require_editor(head, actor)
    require_kind(head, kind)
    await _require_base(transaction, key, base_version)
    head = with_state(head, state)
    require_open(head)
    require_references(head, wanted, heads)
    # Others may save what this filter refers to at the same time: each alone closes no circle.
    size(node, await lock_library(transaction, node), key)
    await update(transaction, key, head)


async def _require_base(transaction: Transaction, key: str, base_version: int | None) -> None:
    """Raise Conflict if somebody saved another version since the one that was edited."""
    if base_version is None:
        return
    newest = await newest_version(transaction, key)
    number = 0 if newest is None else newest.version
    if number != base_version:
        by = "" if newest is None else f" by {newest.author!r}"
        raise Conflict(
            f"the segment {key!r} is at version {number}{by}, and the change was made from version"
            f" {base_version}.",
            hint="Read the newest version, make the change to it, and save it with that number.",
            where="baseVersion",
        )


def require_found(heads: Mapping[str, SegmentHead], key: str) -> SegmentHead:
    """Return a locked segment; raises NotFound if it does not exist."""
    if key not in heads:
        raise NotFound(f"no segment has the key {key!r}.", hint="`segments` lists them.")
    return heads[key]


def require_editor(head: SegmentHead, actor: Actor) -> None:
    """Raise Forbidden unless an actor may change a segment."""
    if not actor.operator and actor.name not in (head.owner, *head.editors):
        raise Forbidden(
            f"the segment {head.key!r} belongs to {head.owner!r}; {actor.name!r} may not change it.",
            hint="Ask the owner for the right (`shareSegment`), or save it under another key.",
        )


def require_owner(head: SegmentHead, actor: Actor) -> None:
    """Raise Forbidden unless an actor owns a segment."""
    if not actor.operator and actor.name != head.owner:
        raise Forbidden(
            f"the segment {head.key!r} belongs to {head.owner!r}, who alone may do this.",
            hint="Ask the owner.",
        )


def with_state(head: SegmentHead, state: SegmentState | None) -> SegmentHead:
    """Return a segment in a new state, or unchanged; raises Conflict if the state is not allowed."""
    if state is None or state is head.state:
        return head
    if state not in NEXT_STATES[head.state]:
        allowed = " or ".join(sorted(NEXT_STATES[head.state]))
        raise Conflict(
            f"the segment {head.key!r} is {head.state}; it cannot become {state}.",
            hint=f"It can become {allowed}.",
        )
    return replace(head, state=state)


def require_kind(head: SegmentHead, kind: SegmentKind) -> None:
    """Raise Conflict, which says what to do, unless a segment is of a kind."""
    if head.kind is not kind:
        raise Conflict(
            f"the segment {head.key!r} is {head.kind}, not {kind}.", hint=_OTHER_KIND[head.kind]
        )


def require_open(head: SegmentHead) -> None:
    """Raise Conflict unless new versions of a segment may be saved."""
    if head.state is SegmentState.ARCHIVED:
        raise Conflict(
            f"the segment {head.key!r} is archived.", hint="Make it ACTIVE again to change it."
        )


def require_references(
    head: SegmentHead, keys: Iterable[str], heads: Mapping[str, SegmentHead]
) -> None:
    """Raise unless a segment in its state may refer to the segments of these keys.

    Raises Conflict, which names those whose state does not allow it, InvalidFilter, which names
    those that are gone.
    """
    wanted = sorted(keys)
    gone = [key for key in wanted if key not in heads]
    if gone:
        raise InvalidFilter(
            f"no segment has the key {' or '.join(map(repr, gone))}.",
            hint="It was deleted just now.",
            where="filter",
        )
    unfit = [key for key in wanted if heads[key].state not in REFERABLE[head.state]]
    if unfit:
        named = ", ".join(f"{key!r} ({heads[key].state})" for key in unfit)
        allowed = " or ".join(sorted(REFERABLE[head.state]))
        raise Conflict(
            f"{head.key!r} is {head.state} and refers to {named}.",
            hint=f"It may refer to segments that are {allowed}: change their state first.",
        )


def require_users(head: SegmentHead, users: Iterable[SegmentHead]) -> None:
    """Raise Conflict unless the segments that refer to a segment may do so in its state."""
    unfit = [one for one in users if head.state not in REFERABLE[one.state]]
    if unfit:
        raise Conflict(
            f"the segment {head.key!r} is used by {_named(unfit)}.",
            hint=f"Archive them, or take the reference out of them, before it becomes {head.state}.",
        )


def require_unused(head: SegmentHead, users: Iterable[SegmentHead]) -> None:
    """Raise Conflict, which names them, if segments refer to a segment."""
    named = _named(users)
    if named:
        raise Conflict(
            f"the segment {head.key!r} is used by {named}.",
            hint="Delete them, or take the reference out of them, first.",
        )


def _named(heads: Iterable[SegmentHead]) -> str:
    return ", ".join(f"{one.key!r} ({one.state})" for one in heads)
