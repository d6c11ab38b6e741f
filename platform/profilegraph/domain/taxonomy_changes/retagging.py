"""The effect of a change of tags on one customer's taggings, computed once for plan and graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

H = TypeVar("H")


@dataclass(frozen=True)
class CarriedTagging(Generic[H]):
    """A tagging of a customer; `handle` identifies it for the caller.

    Moments are microseconds since 1970 UTC; a tagging without `since` is ignored.
    """

    tag: str
    since: int | None
    until: int | None
    handle: H


@dataclass(frozen=True)
class Rule:
    """Which tags are replaced by others, and in which dimensions a customer may carry only one."""

    moves: Mapping[str, str | None]
    """From full tag keys to the tag that gets the taggings; None closes them."""
    single: frozenset[str]
    """All single dimensions."""
    narrowed: frozenset[str] = frozenset()
    """Those of them that were multi until now."""

    @property
    def tags(self) -> frozenset[str]:
        """Return the replaced tags and their replacements."""
        return frozenset(one for pair in self.moves.items() for one in pair if one is not None)

    @property
    def rivals(self) -> frozenset[str]:
        """Return the dimensions in which not all taggings of a customer may stay."""
        goals = {_dimension(goal) for goal in self.moves.values() if goal is not None}
        return frozenset(goals & self.single) | self.narrowed


@dataclass(frozen=True)
class TaggingOutcome(Generic[H]):
    """A changed tagging: it gets another tag, or is closed."""

    tagging: CarriedTagging[H]
    to: str | None
    lost: bool = False
    """Whether another tag of a single dimension replaces it."""


def settled(taggings: Sequence[CarriedTagging[H]], rule: Rule, now: int) -> list[TaggingOutcome[H]]:
    """Return which of a customer's taggings change.

    Of several for one tag, or in a single dimension, one stays: those that hold at `now` take
    precedence, then the newest, then the original one, then the order of keys.
    """
    fates = [
        TaggingOutcome(one, None) for one in taggings if rule.moves.get(one.tag, one.tag) is None
    ]
    for place, several in _meeting(taggings, rule).items():
        moved = any(one.tag in rule.moves for one in several)
        if not moved and not (place in rule.narrowed and len(several) > 1):
            continue
        stays = max(several, key=lambda one: _rank(one, rule, now))
        kept = rule.moves.get(stays.tag, stays.tag)
        fates += [
            TaggingOutcome(one, None, lost=rule.moves.get(one.tag, one.tag) != kept)
            for one in several
            if one is not stays
        ]
        if stays.tag in rule.moves:
            fates.append(TaggingOutcome(stays, rule.moves[stays.tag]))
    return fates


def _meeting(
    taggings: Sequence[CarriedTagging[H]], rule: Rule
) -> dict[str, list[CarriedTagging[H]]]:
    """Return which taggings cannot all stay, by tag, and by single dimension where they meet."""
    by_tag: dict[str, list[CarriedTagging[H]]] = defaultdict(list)
    origins: dict[str, set[str]] = defaultdict(set)
    for one in taggings:
        goal = rule.moves.get(one.tag, one.tag)
        if goal is not None:
            by_tag[goal].append(one)
            origins[_dimension(goal)].add(_dimension(one.tag))
    found: dict[str, list[CarriedTagging[H]]] = defaultdict(list)
    for goal, several in by_tag.items():
        dimension = _dimension(goal)
        joins = dimension in rule.narrowed or len(origins[dimension]) > 1
        found[dimension if joins and dimension in rule.single else goal] += several
    return found


def _dimension(key: str) -> str:
    return key.partition("/")[0]


def _rank(one: CarriedTagging[H], rule: Rule, now: int) -> tuple[bool, float, bool, str]:
    since = float("-inf") if one.since is None else one.since
    carried = since <= now and (one.until is None or one.until > now)
    return carried and one.since is not None, since, one.tag not in rule.moves, one.tag
