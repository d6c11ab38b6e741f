"""The customers of the benchmark: the same for every side, and for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Shares = NDArray[np.float64]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""After everything that the customers did."""
CHUNK = 10_000
TAGS_EACH = 12
TAGS_OF = (4, 5, 6, 8, 10) * 5
"""How many tags each dimension has."""
MULTI = frozenset(range(4, 25, 5))
"""The dimensions of which a customer may carry two tags."""
FIRST_TAGS = (0, *accumulate(TAGS_OF))
"""The number of each dimension's first tag, and at the end how many tags there are."""
TAGS = FIRST_TAGS[-1]
EVENT_TYPES = ("bench_view", "bench_download", "bench_order")
ROLES = ("ECONOMIC_BUYER", "DECIDER", "TECHNICAL_BUYER", "CHAMPION", "USER", "BLOCKER")
FUNCTIONS = ("IT", "FINANCE", "PROCUREMENT", "SALES")

YEAR = 365 * 86_400
_SLOTS = tuple(sorted([*range(len(TAGS_OF)), *MULTI]))
_ACTIVE = 0.3
_KNOWN = 0.2


def dimension_key(dimension: int) -> str:
    """Return the key of a dimension by its number."""
    return f"bench_{dimension + 1:02d}"


TAG_KEYS = tuple(
    f"{dimension_key(dimension)}/{place + 1}"
    for dimension, many in enumerate(TAGS_OF)
    for place in range(many)
)
"""The full key of each tag, by its number."""


def tags_of(dimension: int) -> range:
    """Return the numbers of a dimension's tags."""
    return range(FIRST_TAGS[dimension], FIRST_TAGS[dimension + 1])


def customer_key(customer: int) -> str:
    """Return the key of a customer by its number; keys sort as the numbers do."""
    return f"C{customer:07d}"


@dataclass(frozen=True)
class Table:
    """Columns of the same length, of which the first names the customer, in ascending order."""

    columns: tuple[NDArray[Any], ...]

    def before(self, customer: int) -> Table:
        """Return the rows of the customers before this one."""
        end = int(np.searchsorted(self.columns[0], customer))
        return Table(tuple(column[:end] for column in self.columns))

    def rows(self) -> Iterator[tuple[int, ...]]:
        """Yield the rows as whole numbers."""
        return zip(*(column.tolist() for column in self.columns), strict=True)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.columns[0])


@dataclass(frozen=True)
class Customers:
    """All customers: row i of `tags` and `revenue` is of customer i."""

    size: int
    seed: int
    tags: Numbers
    """Customers × 12: numbers of tags, ascending in each row."""
    revenue: Numbers
    events: Table
    """Customer, number of the type, and how many seconds before NOW."""
    people: Table
    """Customer, number of the role, influence in hundredths, and number of the function."""

    def first(self, size: int) -> Customers:
        """Return the first so many customers."""
        return Customers(
            size,
            self.seed,
            self.tags[:size],
            self.revenue[:size],
            self.events.before(size),
            self.people.before(size),
        )


def generate(size: int, seed: int) -> Customers:
    """Return so many customers; those of a smaller size are the first ones of a larger one."""
    chunks = [_chunk(start, seed) for start in range(0, size, CHUNK)]
    return Customers(
        size,
        seed,
        np.concatenate([chunk.tags for chunk in chunks]),
        np.concatenate([chunk.revenue for chunk in chunks]),
        _joined([chunk.events for chunk in chunks]),
        _joined([chunk.people for chunk in chunks]),
    ).first(size)


def _joined(tables: list[Table]) -> Table:
    parts = zip(*(table.columns for table in tables), strict=True)
    return Table(tuple(np.concatenate(part) for part in parts))


def _chunk(start: int, seed: int) -> Customers:
    random = np.random.default_rng([seed, start])
    return Customers(
        CHUNK,
        seed,
        _tags(random),
        np.round(random.lognormal(6.9, 1.2, CHUNK)).astype(np.int64),
        _events(random, start),
        _people(random, start),
    )


def _tags(random: np.random.Generator) -> Numbers:
    # Twelve slots of thirty for each customer, common ones more often: the greatest of random keys
    # (Gumbel's trick). A multi-valued dimension has two slots, each with one half of its tags.
    weights = np.linspace(1.5, -0.5, len(_SLOTS))
    keys = weights + random.gumbel(size=(CHUNK, len(_SLOTS)))
    chosen = np.argpartition(-keys, TAGS_EACH, axis=1)[:, :TAGS_EACH]
    drawn = np.empty((CHUNK, len(_SLOTS)), dtype=np.int64)
    for slot, (first, many) in enumerate(_ranges()):
        share = 1 / np.arange(1, many + 1) ** 0.8
        steps = np.cumsum(share / share.sum())[:-1]
        drawn[:, slot] = first + np.searchsorted(steps, random.random(CHUNK))
    return np.sort(np.take_along_axis(drawn, chosen, axis=1), axis=1)


def _ranges() -> list[tuple[int, int]]:
    ranges = []
    for slot, dimension in enumerate(_SLOTS):
        first, many = FIRST_TAGS[dimension], TAGS_OF[dimension]
        if dimension in MULTI:
            half = many // 2
            second = slot > 0 and _SLOTS[slot - 1] == dimension
            first, many = (first + half, many - half) if second else (first, half)
        ranges.append((first, many))
    return ranges


def _events(random: np.random.Generator, start: int) -> Table:
    active = random.random(CHUNK) < _ACTIVE
    times = np.where(active, random.geometric(0.3, CHUNK), 0)
    who = np.repeat(np.arange(start, start + CHUNK), times)
    types = random.choice(len(EVENT_TYPES), len(who), p=(0.7, 0.2, 0.1))
    return Table((who, types, random.integers(1, YEAR, len(who))))


def _people(random: np.random.Generator, start: int) -> Table:
    known = random.random(CHUNK) < _KNOWN
    times = np.where(known, random.integers(1, 4, CHUNK), 0)
    who = np.repeat(np.arange(start, start + CHUNK), times)
    many = len(who)
    roles, functions = (random.integers(0, len(some), many) for some in (ROLES, FUNCTIONS))
    return Table((who, roles, random.integers(0, 101, many), functions))
