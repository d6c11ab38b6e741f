"""Many customers with all that the segment language can ask about, in the spec suite's taxonomy.

The values come from the small pools of the property tests, so that their random filters hit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from profilegraph.domain.records.activity import (
    Arrival,
    Channel,
    Event,
    FollowUp,
    Opportunity,
    OpportunityOutcome,
    Participation,
)
from profilegraph.domain.records.customers import (
    Consent,
    Customer,
    Relation,
    RelationKind,
    Tagging,
    TagSource,
)
from profilegraph.domain.records.kinds import RECORDS
from profilegraph.domain.records.organisation import (
    DecisionMaker,
    Department,
    Employee,
    Ownership,
    Team,
)
from profilegraph.domain.values import Record, from_units
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.records.writing import upsert
from tests.property import random_worlds as pools

SAVED = timedelta(days=500)
"""How long before now the customers were saved for the first time."""
CHANGED = timedelta(days=100)
"""How long before now some of them were saved again with other values."""
_BATCH = 1_000
_DAYS = (-400, -200, -30, -7, -1, 0, 1, 30)


@dataclass(frozen=True)
class SpecWorld:
    """So many customers, the same for the same seed."""

    size: int
    seed: int
    now: datetime

    async def load(self, database: Database) -> None:
        """Write all records, then some of them again with other values, at a later moment."""
        first, again = self._records(), self._again()
        await _write(database, first, self.now - SAVED)
        await _write(database, again, self.now - CHANGED)

    def _records(self) -> list[Record]:
        random = Random(self.seed)
        return [one for number in range(self.size) for one in _Customer(self, random, number).all()]

    def _again(self) -> list[Record]:
        random = Random(self.seed + 1)
        return [
            one
            for number in range(0, self.size, 5)
            for one in _Customer(self, random, number).organisation()
        ]


@dataclass(frozen=True)
class _Customer:
    world: SpecWorld
    random: Random
    number: int

    @property
    def key(self) -> str:
        return f"c{self.number:07d}"

    @property
    def people(self) -> list[str]:
        return [f"{self.key}-p{place}" for place in range(self.number % 4)]

    def moment(self) -> datetime:
        random = self.random
        return self.world.now + timedelta(
            days=random.choice(_DAYS), seconds=random.randint(-40_000, 40_000)
        )

    def all(self) -> Iterator[Record]:
        yield from self.organisation()
        yield from self.profile()
        yield from self.activity()
        yield from self.dealings()

    def profile(self) -> Iterator[Record]:
        random, pick = self.random, self.random.choice
        attributes = {
            "employees": pick((None, -1.0, 0.0, 0.5, 10.0, 300.0)),
            "slogan": pick((None, *pools.TEXTS)),
            "founded": pick((None, self.moment().date())),
            "listed": pick((None, True, False)),
        }
        known = {name: value for name, value in attributes.items() if value is not None}
        yield Customer(key=self.key, name=f"Customer {self.number}", attributes=known)
        for dimension, names in pools.TAGS.items():
            most = 1 if dimension == "size" else 2
            for name in random.sample(names, random.randint(0, most)):
                yield Tagging(
                    customer=self.key,
                    tag=f"{dimension}/{name}",
                    since=self.moment(),
                    source=pick(list(TagSource)),
                    confidence=pick(pools.SHARES),
                    weight=pick(pools.SHARES),
                    weekdays=tuple(random.sample(range(1, 8), random.randint(0, 2))),
                )

    def organisation(self) -> Iterator[Record]:
        random, pick, key = self.random, self.random.choice, self.key
        departments = [f"{key}-d{place}" for place in range(random.randint(0, 2))]
        for place, one in enumerate(departments):
            yield Department(
                key=one,
                customer=key,
                name=pick(pools.TEXTS[:3]),
                function=pick(pools.FUNCTIONS),
                parent=departments[place - 1] if place else None,
            )
        people = self.people
        for place, one in enumerate(people):
            yield DecisionMaker(
                key=one,
                customer=key,
                title=pick(pools.TEXTS[:3]),
                role=pick(pools.ROLES),
                influence=pick(pools.SHARES),
                stance=pick((-1.0, 0.0, 1.0)),
                department=pick(departments) if departments else None,
                reports_to=people[place - 1] if place else None,
            )
        for place in range(random.randint(0, 2)):
            yield Opportunity(
                key=f"{key}-o{place}",
                customer=key,
                name=pick(pools.TEXTS[:3]),
                stage=pick(pools.STAGES),
                amount=from_units(pick((0, 1, 125_000))),
                close_date=self.moment().date(),
                outcome=pick(list(OpportunityOutcome)),
                reason=pick(pools.TEXTS),
            )
            for person in people[:1]:
                yield Participation(
                    person=person, opportunity=f"{key}-o{place}", role=pick(pools.ROLES)
                )

    def activity(self) -> Iterator[Record]:
        random, pick, key = self.random, self.random.choice, self.key
        for place in range(random.randint(0, 20)):
            yield Event(
                key=f"{key}-e{place}",
                customer=key,
                type=pick(("visit", "purchase")),
                at=self.moment(),
                channel=pick((None, *pools.KEYS)),
                content=pick(pools.TEXTS),
                amount=from_units(pick((0, 1, 125_000))),
                person=pick((None, *self.people)),
            )
        for place in range(random.randint(0, 2)):
            yield FollowUp(
                key=f"{key}-f{place}",
                customer=key,
                kind=pick(pools.MEETINGS),
                at=self.moment(),
                employee=pick(pools.EMPLOYEES),
                note=pick(pools.TEXTS),
            )

    def dealings(self) -> Iterator[Record]:
        random, pick, key = self.random, self.random.choice, self.key
        if random.random() < 0.5:
            yield Arrival(customer=key, channel=pick(pools.CHANNELS), at=self.moment())
        yield Ownership(employee=pick(pools.EMPLOYEES), customer=key, since=self.moment())
        for place in range(random.randint(0, 2)):
            yield Consent(
                key=f"{key}-k{place}",
                customer=key,
                purpose=pick(pools.PURPOSES),
                granted=random.random() < 0.5,
                at=self.moment(),
            )
        # Groups of ten, whose first is the parent of the others; some are partners of a neighbour.
        head = self.number // 10 * 10
        if self.number != head:
            parent = f"c{head:07d}"
            yield Relation(customer=key, other=parent, kind=RelationKind.PARENT)
        elif self.number:
            other = f"c{self.number - 10:07d}"
            yield Relation(customer=key, other=other, kind=RelationKind.PARTNER)


async def _write(database: Database, records: list[Record], now: datetime) -> None:
    ours: list[Record] = [
        *(Team(key=key) for key in pools.TEAMS),
        *(Employee(key=key, team=pools.TEAMS[0]) for key in pools.EMPLOYEES),
        *(Channel(key=key) for key in pools.CHANNELS),
    ]
    for kind in dict.fromkeys((Customer, Team, Employee, Channel, *RECORDS.values())):
        some = [one for one in [*ours, *records] if type(one) is kind]
        for start in range(0, len(some), _BATCH):
            batch = some[start : start + _BATCH]

            async def work(transaction: Transaction, batch: list[Record] = batch) -> None:
                outcome = await upsert(transaction, batch, now)
                if outcome.refused:
                    raise RuntimeError(f"not written: {outcome.refused[:3]}")

            await database.write(work, timeout=600)
