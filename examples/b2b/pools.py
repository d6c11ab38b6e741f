"""Names and addresses, drawn from Faker once: it is too slow to be asked for every company."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from faker import Faker

POOL = 2_000


@dataclass(frozen=True)
class Pools:
    """What the companies of one seed are named with."""

    people: tuple[str, ...]
    company_names: tuple[str, ...]
    streets: tuple[str, ...]


@lru_cache(maxsize=4)
def draw_pools(seed: int) -> Pools:
    """Return the pools of a seed."""
    fake = Faker("zh_CN")
    fake.seed_instance(seed)
    return Pools(
        people=tuple(fake.name() for _ in range(POOL)),
        company_names=tuple(fake.company_prefix() for _ in range(POOL)),
        streets=tuple(fake.street_address() for _ in range(POOL)),
    )
