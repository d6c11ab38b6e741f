"""What one filter asks that another does not: condition by condition, and in words.

Filters are compared by what they ask: the order of conditions, a group of one, and a group within
one of its own kind make no difference, except that there is one (`REWRITTEN`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import attrgetter

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.language.nodes import (
    EVERYONE,
    AllOf,
    AnyOf,
    Leaf,
    Listed,
    Node,
    Not,
    Related,
    transform,
)
from profilegraph.language.saved_filters import NO_SEGMENTS, SavedFilters
from profilegraph.rendering.languages import wording
from profilegraph.rendering.sentences import sentence


class ChangeKind(StrEnum):
    """What became of a condition from one version of a segment to another."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"
    REWRITTEN = "REWRITTEN"


@dataclass(frozen=True)
class FilterChange:
    """One difference between two filters."""

    kind: ChangeKind
    before: Node | None = None
    """The condition as it was; None where it was added."""
    after: Node | None = None
    """The condition as it is; None where it was removed."""
    within: tuple[Node, ...] = ()
    """The conditions, as they were, that it stands in: the outer ones first, without the filter."""
    alternative: bool = False
    """Whether it is one of those of an `any`."""


def differences(before: Node, after: Node) -> tuple[FilterChange, ...]:
    """Return what is different; nothing where the filters are equal, and only there."""
    if before == after:
        return ()
    if meaning(before) == meaning(after):
        return (FilterChange(ChangeKind.REWRITTEN, before, after),)
    return tuple(_between(*_aligned(flat(before), flat(after)), (), ()))


def line(
    change: FilterChange, catalogue: Catalogue, locale: str, library: SavedFilters = NO_SEGMENTS
) -> str:
    """Return a change in words."""
    words = wording(locale)
    form = words.answers.difference

    def said(node: Node | None) -> str:
        return "" if node is None else sentence(node, catalogue, locale, library)

    match change:
        case FilterChange(ChangeKind.ADDED, after=Listed(ordinals)):
            return words.numbered(form.customers_added, len(ordinals))
        case FilterChange(ChangeKind.REMOVED, before=Listed(ordinals)):
            return words.numbered(form.customers_removed, len(ordinals))
    match change.kind:
        case ChangeKind.ADDED:
            text = form.added_alternative if change.alternative else form.added
            text = text.format(said(change.after))
        case ChangeKind.REMOVED:
            text = form.removed_alternative if change.alternative else form.removed
            text = text.format(said(change.before))
        case ChangeKind.CHANGED:
            text = form.changed.format(said(change.before), said(change.after))
        case ChangeKind.REWRITTEN:
            text = form.rewritten
    for outer in reversed(change.within):
        text = form.inside.format(said(outer), text)
    return text


def flat(node: Node) -> Node:
    """Return a filter that asks the same without groups of one, or within a group of their kind."""
    return transform(node, _flattened)


def _flattened(node: Node) -> Node:
    if not isinstance(node, AllOf | AnyOf):
        return node
    kind = type(node)
    inner: list[Node] = []
    for one in node.conditions:
        inner += one.conditions if isinstance(one, kind) else (one,)
    return inner[0] if len(inner) == 1 else kind(tuple(inner))


def meaning(node: Node) -> Hashable:
    """Return a value that is the same for filters that differ only in how they are written."""
    return _meaning(flat(node))


def _meaning(node: Node) -> Hashable:
    match node:
        case AllOf(conditions) | AnyOf(conditions):
            return node.NAME, frozenset(Counter(map(_meaning, conditions)).items())
        case Not(condition):
            return node.NAME, _meaning(condition)
        case Related(where=where):
            return replace(node, where=EVERYONE), _meaning(where)
        case _:
            return node


def _between(
    before: Node, after: Node, within: tuple[Node, ...], inner: tuple[Node, ...]
) -> Iterator[FilterChange]:
    """Yield the changes that lead from one condition to another; `inner` is where its parts stand."""
    match before, after:
        case (AllOf(old), AllOf(new)) | (AnyOf(old), AnyOf(new)):
            yield from _conditions(old, new, inner, isinstance(before, AnyOf))
        case (Not(AllOf() as old), Not(AllOf() as new)) | (
            Not(AnyOf() as old),
            Not(AnyOf() as new),
        ):
            yield from _between(old, new, (*within, before), (*within, before))
        case Related(), Related() if replace(before, where=after.where) == after:
            inside = (*within, before)
            yield from _between(*_aligned(before.where, after.where), inside, inside)
        case Listed(old), Listed(new):
            if old - new:
                yield FilterChange(ChangeKind.REMOVED, Listed(old - new), None, within)
            if new - old:
                yield FilterChange(ChangeKind.ADDED, None, Listed(new - old), within)
        case _:
            yield FilterChange(ChangeKind.CHANGED, before, after, within)


def _aligned(before: Node, after: Node) -> tuple[Node, Node]:
    """Return two whole filters, both as an `all` where they have a condition in common."""
    if _overlap(_parts(before), _parts(after)):
        return AllOf(_parts(before)), AllOf(_parts(after))
    return before, after


def _conditions(
    old: Sequence[Node], new: Sequence[Node], within: tuple[Node, ...], alternative: bool
) -> Iterator[FilterChange]:
    gone, come = _unmatched(old, new), _unmatched(new, old)
    for before in gone:
        successor = next((one for one in come if _alike(before, one)), None)
        if successor is None:
            yield FilterChange(ChangeKind.REMOVED, before, None, within, alternative)
        else:
            come.remove(successor)
            yield from _between(before, successor, within, (*within, before))
    for after in come:
        yield FilterChange(ChangeKind.ADDED, None, after, within, alternative)


def _parts(node: Node) -> tuple[Node, ...]:
    return node.conditions if isinstance(node, AllOf) else (node,)


def _unmatched(some: Sequence[Node], others: Sequence[Node]) -> list[Node]:
    """Return those of some conditions that are not among the others, each as often as it lacks."""
    left = Counter(map(_meaning, others))
    unmatched = []
    for one in some:
        asked = _meaning(one)
        if left[asked]:
            left[asked] -= 1
        else:
            unmatched.append(one)
    return unmatched


def _overlap(some: Sequence[Node], others: Sequence[Node]) -> bool:
    return len(_unmatched(some, others)) < len(some) or any(
        _alike(one, other) for one in some for other in others
    )


def _alike(one: Node, other: Node) -> bool:
    """Return whether a condition is rather another one changed than a new one."""
    match one, other:
        case (AllOf(old), AllOf(new)) | (AnyOf(old), AnyOf(new)):
            return _overlap(old, new)
        case Not(old), Not(new):
            return _alike(old, new)
        case _:
            return _subject(one) == _subject(other)


def _subject(node: Node) -> Hashable:
    """Return what a condition is about: of another subject it is another condition."""
    about = node.FACTS.subject if isinstance(node, Leaf) else ()
    return node.NAME, attrgetter(*about)(node) if about else None
