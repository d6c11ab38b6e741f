"""What becomes of one customer's taggings when tags become others, decided once for plan and graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

H = TypeVar("H")


@dataclass(frozen=True)
class CarriedTagging(Generic[H]):
    """A tagging of a customer; `handle` is by what the caller knows it again.

    Moments are microseconds since 1970 UTC; without `since` a tagging counts nowhere.
    """

    tag: str
    since: int | None
    until: int | None
    handle: H


@dataclass(frozen=True)
class Rule:
    """Which tags become others, and in which dimensions a customer may carry one alone."""

    moves: Mapping[str, str | None]
    """Of full tag keys, the tag that its taggings go to; None where they end."""
    single: frozenset[str]
    """All dimensions of which a customer carries one tag at most."""
    narrowed: frozenset[str] = frozenset()
    """Those of them where a customer may carry more until now."""

    @property
    def tags(self) -> frozenset[str]:
        """Return the tags whose taggings become others, and those that they become."""
        return frozenset(one for pair in self.moves.items() for one in pair if one is not None)

    @property
    def rivals(self) -> frozenset[str]:
        """Return the dimensions of which a customer's taggings may not all stay."""
        goals = {_dimension(goal) for goal in self.moves.values() if goal is not None}
        return frozenset(goals & self.single) | self.narrowed


@dataclass(frozen=True)
class TaggingOutcome(Generic[H]):
    """That a tagging does not stay as it is: it becomes one of another tag, or ends."""

    tagging: CarriedTagging[H]
    to: str | None
    lost: bool = False
    """Whether the customer is left without the tag, for another one of a single dimension."""


def settled(taggings: Sequence[CarriedTagging[H]], rule: Rule, now: int) -> list[TaggingOutcome[H]]:
    """Return which of a customer's taggings do not stay as they are.

    Of several that meet at one tag, or in a single dimension, one stays: what is carried at `now`
    before what is not, then the newest, then the one that was there, then by key.
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
    """Return which taggings can not all stay: by tag, and by single dimension where they come together."""
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
