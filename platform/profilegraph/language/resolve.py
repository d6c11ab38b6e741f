"""Resolves the names and windows of a filter, once for all evaluators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.domain.values import to_units
from profilegraph.language.nodes import NumberTest, Tags, Window


@dataclass(frozen=True)
class TagGroups:
    """A tag leaf in full tag keys: one matching tagging of each group, and none of `refused`."""

    wanted: tuple[frozenset[str], ...]
    refused: frozenset[str]


def tag_groups(leaf: Tags, catalogue: Catalogue) -> TagGroups:
    """Return the full tag keys of a leaf, with descendants, order and former keys expanded."""
    wanted: list[frozenset[str]] = []
    refused: frozenset[str] = frozenset()
    if leaf.any_of is not None:
        wanted.append(_expanded(leaf, leaf.any_of, catalogue))
    wanted.extend(_expanded(leaf, (name,), catalogue) for name in leaf.all_of or ())
    if leaf.gte is not None or leaf.lte is not None:
        wanted.append(_carriers(_between(leaf, catalogue), catalogue))
    if leaf.none_of is not None:
        refused |= _expanded(leaf, leaf.none_of, catalogue)
    if leaf.has_any is True:
        wanted.append(_carriers(_everything(leaf, catalogue), catalogue))
    if leaf.has_any is False:
        refused |= _carriers(_everything(leaf, catalogue), catalogue)
    return TagGroups(tuple(wanted), refused)


def _expanded(leaf: Tags, names: tuple[str, ...], catalogue: Catalogue) -> frozenset[str]:
    keys = [catalogue.current_tag(tag_key(leaf.dimension, name)) for name in names]
    if leaf.exact:
        return _carriers(keys, catalogue)
    return _carriers((one for key in keys for one in catalogue.descendants[key]), catalogue)


def _everything(leaf: Tags, catalogue: Catalogue) -> list[str]:
    """Return the tags of a leaf's dimension, in their order."""
    dimension = catalogue.dimension(leaf.dimension)
    return [tag_key(dimension.key, tag.key) for tag in dimension.tags]


def _between(leaf: Tags, catalogue: Catalogue) -> list[str]:
    keys = _everything(leaf, catalogue)

    def place(name: str) -> int:
        key = catalogue.current_tag(tag_key(leaf.dimension, name))
        return next(i for i, one in enumerate(keys) if one in catalogue.carriers[key])

    first = place(leaf.gte) if leaf.gte is not None else 0
    last = place(leaf.lte) if leaf.lte is not None else len(keys) - 1
    return keys[first : last + 1]


def _carriers(keys: Iterable[str], catalogue: Catalogue) -> frozenset[str]:
    return frozenset().union(*(catalogue.carriers[key] for key in keys))


@dataclass(frozen=True)
class Span:
    """A span of time: after `after`, from `since` on, before `until`, and never later than now."""

    after: datetime | None
    since: datetime | None
    until: datetime | None
    now: datetime

    def __contains__(self, moment: datetime) -> bool:
        """Return whether a moment lies in the span."""
        return (
            moment <= self.now
            and (self.after is None or moment > self.after)
            and (self.since is None or moment >= self.since)
            and (self.until is None or moment < self.until)
        )


def span(window: Window | None, now: datetime) -> Span:
    """Return the span of a window at `now`; without a window, all up to now."""
    if window is None:
        return Span(None, None, None, now)
    after = None if window.last_days is None else now - timedelta(days=window.last_days)
    return Span(after, window.since, window.until, now)


def in_units(test: NumberTest) -> NumberTest:
    """Return a comparison of amounts in the graph's unit, ten-thousandths of the currency's."""

    def one(number: float | None) -> float | None:
        return None if number is None else to_units(Decimal(str(number)))

    many = None if test.in_ is None else tuple(to_units(Decimal(str(n))) for n in test.in_)
    ends = test.between
    return replace(
        test,
        eq=one(test.eq),
        ne=one(test.ne),
        in_=many,
        lt=one(test.lt),
        lte=one(test.lte),
        gt=one(test.gt),
        gte=one(test.gte),
        between=None
        if ends is None
        else (to_units(Decimal(str(ends[0]))), to_units(Decimal(str(ends[1])))),
    )
