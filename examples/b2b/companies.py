"""One company: its facts, its identities, its departments, people and events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from examples.b2b import words
from examples.b2b.identifiers import domain_name, mobile_number, social_credit_code
from examples.b2b.pools import Pools
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer, Identity, IdentityKind, Tagging
from profilegraph.domain.records.organisation import (
    DecisionMaker,
    DecisionRole,
    Department,
    Ownership,
)

SIZES = ((1, 20), (20, 50), (50, 500), (500, 1_000), (1_000, 30_000))
"""Bounds of the tags of company_size: people, the upper one left out."""
SIZE_WEIGHTS = (30, 27, 32, 7, 4)
UNITS_BY_SIZE = ((1, 2), (2, 4), (3, 8), (6, 12), (8, 16))
PEOPLE_BY_SIZE = ((0, 2), (1, 3), (1, 5), (3, 8), (4, 12))
HISTORY_DAYS = 730
EVENT_TYPES = tuple(words.EVENT_WEIGHTS)
EVENT_WEIGHTS = tuple(words.EVENT_WEIGHTS.values())


@dataclass(frozen=True)
class Company:
    """All records of one company."""

    customer: Customer
    identities: tuple[Identity, ...]
    ownerships: tuple[Ownership, ...]
    departments: tuple[Department, ...]
    decision_makers: tuple[DecisionMaker, ...]
    events: tuple[Event, ...]
    taggings: tuple[Tagging, ...]


def draw_customer(rng: Random, number: int, pools: Pools) -> Customer:
    """Return company `number`: name and attributes of b2b_core."""
    low, high = rng.choices(SIZES, SIZE_WEIGHTS)[0]
    people = int(low * (high / low) ** rng.random())
    industry, suffix = rng.choice(words.INDUSTRIES)
    province, city = rng.choice(words.PLACES)
    revenue = round(people * rng.lognormvariate(13, 0.8), -3)
    return Customer(
        key=f"b2b-{number:07d}",
        name=f"{city}{rng.choice(pools.company_names)}{suffix}有限公司",
        attributes={
            "industry_name": industry,
            "province": province,
            "city": city,
            "address": rng.choice(pools.streets),
            "website": f"https://{domain_name(number)}",
            "founded_on": date(1985, 1, 1) + timedelta(days=rng.randrange(365 * 40)),
            "registered_capital": float(rng.choice((50, 100, 500, 1_000, 5_000, 20_000)) * 10_000),
            "employee_count": float(people),
            "annual_revenue": revenue,
            "listed": people >= 500 and rng.random() < 0.3,
        },
    )


def size_index(people: float) -> int:
    """Return which of SIZES a number of people falls into."""
    return next(index for index, (_, high) in enumerate(SIZES) if people < high)


def draw_identities(rng: Random, number: int, customer: str) -> tuple[Identity, ...]:
    """Return the keys by which channels know the company: always its social credit code."""
    offered = (
        (1.0, IdentityKind.UNIFIED_SOCIAL_CREDIT_CODE, social_credit_code(number)),
        (0.9, IdentityKind.PHONE, mobile_number(number)),
        (0.7, IdentityKind.EMAIL, f"contact@{domain_name(number)}"),
        (0.5, IdentityKind.WECOM_EXTERNAL_USER, f"wm{number:030d}"),
    )
    return tuple(
        Identity(kind=kind, value=value, customer=customer)
        for share, kind, value in offered
        if rng.random() < share
    )


def draw_departments(rng: Random, size: int, customer: str) -> tuple[Department, ...]:
    """Return the departments of a company of a size, each after the one that it belongs to."""
    chosen = {0, *rng.sample(range(len(words.UNITS)), rng.randint(*UNITS_BY_SIZE[size]))}
    for index in tuple(chosen):
        chosen.update(_above(index))
    return tuple(
        Department(
            key=f"{customer}-d{index}",
            customer=customer,
            name=words.UNITS[index].name,
            function=words.UNITS[index].function,
            parent=_key(customer, words.UNITS[index].within),
        )
        for index in sorted(chosen)
    )


def _above(unit: int) -> Iterator[int]:
    within = words.UNITS[unit].within
    while within is not None:
        yield within
        within = words.UNITS[within].within


def _key(customer: str, unit: int | None) -> str | None:
    return None if unit is None else f"{customer}-d{unit}"


def draw_people(
    rng: Random, size: int, departments: tuple[Department, ...], pools: Pools
) -> tuple[DecisionMaker, ...]:
    """Return the decision-makers, each after the one that he or she reports to."""
    people: list[DecisionMaker] = []
    ranks: list[int] = []
    for place in range(rng.randint(*PEOPLE_BY_SIZE[size])):
        department = departments[0] if place == 0 else rng.choice(departments)
        rank = -1 if place == 0 else min(rng.choices((0, 1, 2, 3), (3, 4, 2, 1))[0], place)
        above = [person.key for person, other in zip(people, ranks, strict=True) if other < rank]
        people.append(_person(rng, place, rank, department, pools, above))
        ranks.append(rank)
    return tuple(people)


def _person(
    rng: Random, place: int, rank: int, department: Department, pools: Pools, above: list[str]
) -> DecisionMaker:
    customer = department.customer
    unit = words.UNITS[int(department.key.rpartition("-d")[2])]
    if rank < 0:
        title = rng.choice(words.HEADS)
        role = rng.choice((DecisionRole.ECONOMIC_BUYER, DecisionRole.DECIDER))
    else:
        title = unit.stem + words.RANKS[rank]
        role = rng.choice(words.ROLES.get(unit.function, words.OTHER_ROLES))
    return DecisionMaker(
        key=f"{customer}-p{place}",
        customer=customer,
        name=rng.choice(pools.people),
        title=title,
        role=role,
        influence=round(min(1.0, max(0.05, rng.gauss(0.75 - 0.15 * rank, 0.12))), 2),
        stance=round(max(-1.0, min(1.0, rng.gauss(0.2, 0.4))), 2),
        department=department.key,
        reports_to=rng.choice(above) if above else None,
    )


def draw_events(
    rng: Random, customer: str, people: tuple[DecisionMaker, ...], until: datetime, mean: float
) -> tuple[Event, ...]:
    """Return what the company did in the two years before `until`, `mean` times on average."""
    count = int(rng.expovariate(1 / mean) + 0.5) if mean > 0 else 0
    types = rng.choices(EVENT_TYPES, EVENT_WEIGHTS, k=count)
    return tuple(
        Event(
            key=f"{customer}-e{place}",
            customer=customer,
            type=kind,
            at=until - timedelta(seconds=int(HISTORY_DAYS * 86_400 * rng.random() ** 2)),
            channel=rng.choice(words.CHANNELS),
            content=rng.choice(words.CONTENTS[kind]),
            person=rng.choice(people).key if people and rng.random() < 0.6 else None,
        )
        for place, kind in enumerate(types)
    )
