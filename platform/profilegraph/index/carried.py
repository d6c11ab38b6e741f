"""What customers carry, tag by tag: for the lists of tags beside those whom filters find."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from pyroaring import BitMap

from profilegraph.domain.values import EPOCH
from profilegraph.index.columns import microseconds_of
from profilegraph.index.taggings import Taggings
from profilegraph.index.view import View


@dataclass(frozen=True, slots=True)
class Carried:
    """A tagging, as far as the index knows it: not by whom, and not what it rests on."""

    tag: str
    since: datetime
    until: datetime | None
    source: str
    confidence: float
    weight: float
    weekdays: tuple[int, ...]


def carried(view: View, keys: Sequence[str], now: datetime) -> Mapping[str, list[Carried]]:
    """Return what customers carry at a moment, by key and in no order."""
    found: dict[str, list[Carried]] = defaultdict(list)
    at = microseconds_of(now)
    for level, mine in zip(view.levels, view.valid, strict=True):
        known = ((level.keys.ordinal_of(key), key) for key in keys)
        owners = {one: key for one, key in known if one is not None and one in mine}
        asked = BitMap(owners)
        for tag, taggings in level.tags.items():
            if some := taggings.customers & asked:
                for ordinal, one in _some(tag, taggings, some, at):
                    found[owners[ordinal]].append(one)
    return found


def _some(tag: str, taggings: Taggings, some: BitMap, now: int) -> Iterator[tuple[int, Carried]]:
    """Yield those of the taggings of some customers that hold, with the customer's ordinal."""
    places = np.array([taggings.customers.rank(one) - 1 for one in some])
    rows = zip(
        some,
        (taggings.since.counts[places].astype(np.int64) * taggings.since.unit).tolist(),
        taggings.until.at(places),
        taggings.source.at(places),
        taggings.confidence.at(places),
        taggings.weight.at(places),
        taggings.weekdays.at(places),
        strict=True,
    )
    for ordinal, since, until, *rest in rows:
        if since <= now and (until is None or until > now):
            end = None if until is None else _moment(until)
            yield ordinal, Carried(tag, _moment(since), end, *rest)


def _moment(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)
