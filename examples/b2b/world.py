"""Everything of one seed: our own staff, and as many companies as are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

from examples.b2b import companies as drawing
from examples.b2b import words
from examples.b2b.companies import Company
from examples.b2b.pools import Pools, draw_pools
from examples.b2b.tags import Tags, draw_tagging
from profilegraph.config import data_folder
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer, Identity, Tagging
from profilegraph.domain.records.organisation import (
    DecisionMaker,
    Department,
    Employee,
    Ownership,
    Team,
)
from profilegraph.domain.values import Record
from profilegraph.errors import InvalidInput
from profilegraph.importers.taxonomies.files import read_taxonomy

KINDS: Mapping[str, type[Record]] = {  # a record stands after those that it names
    "teams": Team,
    "employees": Employee,
    "customers": Customer,
    "identities": Identity,
    "ownerships": Ownership,
    "departments": Department,
    "decision_makers": DecisionMaker,
    "events": Event,
    "taggings": Tagging,
}
"""File names, without their ending, and what is in them."""
MOST = 10_000_000


@dataclass(frozen=True)
class World:
    """What is made; the same fields make the same records."""

    customers: int
    seed: int = 7
    taggings: int | None = None
    """Tags of every company; left out, as many as fit it."""
    events: float = 8.0
    """Events of a company, on average."""
    employees: int = 60
    until: datetime = field(default=datetime(2026, 1, 1, tzinfo=UTC))

    def __post_init__(self) -> None:
        """Refuse sizes that cannot be made."""
        if not 0 <= self.customers <= MOST:
            raise InvalidInput(f"from 0 to {MOST:,} customers can be made.")
        if self.taggings is not None and not 0 <= self.taggings <= self.tags.most:
            raise InvalidInput(f"a customer has from 0 to {self.tags.most} tags of b2b_core.")
        if self.employees < 1:
            raise InvalidInput("customers are owned by at least one employee.")

    @property
    def tags(self) -> Tags:
        """Return what draws the tags."""
        return _b2b_core()

    @property
    def pools(self) -> Pools:
        """Return the names of this seed."""
        return draw_pools(self.seed)

    def rng(self, what: object) -> Random:
        """Return the random numbers for one thing, which no other thing uses up."""
        return Random(f"{self.seed}/{what}")  # noqa: S311  (made-up data needs no secrecy)


@cache
def _b2b_core() -> Tags:
    return Tags(read_taxonomy(data_folder("taxonomies") / "b2b_core.yaml"))


def staff(world: World) -> tuple[tuple[Team, ...], tuple[Employee, ...]]:
    """Return our own teams and employees."""
    rng = world.rng("staff")
    teams = tuple(Team(key=key, name=name, parent=parent) for key, name, parent in words.TEAMS)
    return teams, tuple(
        Employee(
            key=f"e{number:04d}", name=rng.choice(world.pools.people), team=rng.choice(teams).key
        )
        for number in range(world.employees)
    )


def companies(world: World) -> Iterator[Company]:
    """Yield the companies of a world, one after the other, keeping none."""
    return (_company(world, number) for number in range(world.customers))


def records(world: World, kind: str) -> Iterator[Record]:
    """Yield the records of one of KINDS."""
    if kind in {"teams", "employees"}:
        yield from staff(world)[kind == "employees"]
        return
    for company in companies(world):
        yield from records_of(company)[kind]


def records_of(company: Company) -> Mapping[str, tuple[Record, ...]]:
    """Return the records of a company by kind."""
    found = dict(vars(company))
    return {"customers": (found.pop("customer"),), **found}


def _company(world: World, number: int) -> Company:
    rng = world.rng(number)
    customer = drawing.draw_customer(rng, number, world.pools)
    size = drawing.size_index(float(str(customer.attributes["employee_count"])))
    identities = drawing.draw_identities(rng, number, customer.key)
    departments = drawing.draw_departments(rng, size, customer.key)
    people = drawing.draw_people(rng, size, departments, world.pools)
    events = drawing.draw_events(rng, customer.key, people, world.until, world.events)
    owner = f"e{rng.randrange(world.employees):04d}"
    # Tags come last and draw on numbers of their own: how many there are changes nothing else.
    rng = world.rng(f"{number}/tags")
    tags = world.tags.fitting(rng, customer, people, events, world.until)
    if world.taggings is not None:
        tags = world.tags.exactly(rng, tags, world.taggings)
    since = world.until - timedelta(days=rng.randrange(1, 900))
    return Company(
        customer=customer,
        identities=identities,
        ownerships=(Ownership(employee=owner, customer=customer.key, since=since),),
        departments=departments,
        decision_makers=people,
        events=events,
        taggings=tuple(
            draw_tagging(rng, customer.key, tag, world.until, owner, world.tags.derived)
            for tag in sorted(tags)
        ),
    )
