"""Random small worlds: customers and all that can be known of them.

Values come from small pools, so that filters often hit what is there, boundaries included.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from profilegraph.domain.records.activity import (
    Arrival,
    Channel,
    Event,
    FollowUp,
    FollowUpKind,
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
from profilegraph.domain.records.organisation import (
    DecisionMaker,
    DecisionRole,
    Department,
    DepartmentFunction,
    Employee,
    Ownership,
    Team,
)
from profilegraph.domain.values import Record, from_units
from tests.conftest import NOW
from tests.support.worlds import World

TAGS = {
    "size": ("small", "medium", "large"),
    "region": ("china", "zhejiang", "hangzhou", "japan"),
    "hobby": ("fishing", "golf"),
}
FUNCTIONS = (DepartmentFunction.IT, DepartmentFunction.FINANCE)
ROLES = (DecisionRole.DECIDER, DecisionRole.BLOCKER)
TEXTS = ("CFO", "cfo office", "财务总监", "", "ﬁ CFO", "😀o")
KEYS = ("web", "app")
STAGES = ("proposal", "contract")
MEETINGS = (FollowUpKind.CALL, FollowUpKind.VISIT)
EMPLOYEES = ("li", "wang")
TEAMS = ("north", "beijing")
CHANNELS = ("ads", "search")
PURPOSES = ("email", "phone")
SHARES = (0.0, 0.3, 0.7, 1.0)

days = st.sampled_from((-400, -30, -7, -1, 0, 1, 30))
numbers = st.sampled_from((-1.0, 0.0, 0.1, 0.5, 1.0, 10.0, 300.0))
amounts = st.sampled_from((0, 1, 10_000, 125_000, 2**53 + 1))
dates = days.map(lambda n: NOW.date() + timedelta(days=n))
moments = st.builds(
    lambda n, s: NOW + timedelta(days=n, microseconds=s), days, st.sampled_from((-1, 0, 1))
)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return None or a value of a strategy."""
    return st.none() | strategy


def moments_after(start: datetime | None) -> st.SearchStrategy[datetime]:
    """Return moments later than another; any where there is none."""

    def later(moment: datetime) -> bool:
        return start is None or moment > start

    return moments.filter(later)


@st.composite
def taggings(draw: st.DrawFn, customer: str) -> list[Tagging]:
    found = []
    for dimension, names in TAGS.items():
        many = 1 if dimension == "size" else len(names)
        for name in draw(st.lists(st.sampled_from(names), max_size=many, unique=True)):
            since = draw(moments)
            until = draw(maybe(moments_after(since)))
            found.append(
                Tagging(
                    customer=customer,
                    tag=f"{dimension}/{name}",
                    since=since,
                    until=until,
                    source=draw(st.sampled_from(TagSource)),
                    confidence=draw(st.sampled_from(SHARES)),
                    weight=draw(st.sampled_from(SHARES)),
                    weekdays=tuple(draw(st.lists(st.integers(1, 7), max_size=2, unique=True))),
                )
            )
    return found


@st.composite
def customers(draw: st.DrawFn, key: str) -> Customer:
    attributes = {
        "employees": draw(maybe(numbers)),
        "slogan": draw(maybe(st.sampled_from(TEXTS))),
        "founded": draw(maybe(dates)),
        "listed": draw(maybe(st.booleans())),
    }
    return Customer(
        key=key,
        name=draw(maybe(st.sampled_from(TEXTS).filter(bool))),
        attributes={k: v for k, v in attributes.items() if v is not None},
    )


@st.composite
def events(draw: st.DrawFn, customer: str, people: list[str]) -> list[Event]:
    return [
        Event(
            key=f"{customer}-e{index}",
            customer=customer,
            type=draw(st.sampled_from(("visit", "purchase"))),
            at=draw(moments),
            channel=draw(maybe(st.sampled_from(KEYS))),
            content=draw(maybe(st.sampled_from(TEXTS))),
            amount=draw(maybe(amounts.map(from_units))),
            person=draw(maybe(st.sampled_from(people))) if people else None,
        )
        for index in range(draw(st.integers(0, 4)))
    ]


@st.composite
def organisations(draw: st.DrawFn, customer: str) -> list[Record]:
    departments: list[Department] = []
    for index in range(draw(st.integers(0, 3))):
        above = [one.key for one in departments]
        departments.append(
            Department(
                key=f"{customer}-d{index}",
                customer=customer,
                name=draw(maybe(st.sampled_from(TEXTS[:3]))),
                function=draw(maybe(st.sampled_from(FUNCTIONS))),
                parent=draw(maybe(st.sampled_from(above))) if above else None,
            )
        )
    people: list[DecisionMaker] = []
    for index in range(draw(st.integers(0, 3))):
        above, places = [one.key for one in people], [one.key for one in departments]
        people.append(
            DecisionMaker(
                key=f"{customer}-p{index}",
                customer=customer,
                title=draw(maybe(st.sampled_from(TEXTS[:3]))),
                role=draw(maybe(st.sampled_from(ROLES))),
                influence=draw(maybe(st.sampled_from(SHARES))),
                stance=draw(maybe(st.sampled_from((-1.0, 0.0, 1.0)))),
                department=draw(maybe(st.sampled_from(places))) if places else None,
                reports_to=draw(maybe(st.sampled_from(above))) if above else None,
            )
        )
    return [*departments, *people]


def several(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(strategy, min_size=1, max_size=2, unique=True).map(tuple)


@st.composite
def sales(draw: st.DrawFn, customer: str, people: list[str]) -> list[Record]:
    found: list[Record] = []
    for index in range(draw(st.integers(0, 2))):
        sale = f"{customer}-o{index}"
        given = {
            "name": draw(maybe(st.sampled_from(TEXTS[:3]))),
            "stage": draw(maybe(st.sampled_from(STAGES))),
            "amount": draw(maybe(amounts.map(from_units))),
            "close_date": draw(maybe(dates)),
            "outcome": draw(st.sampled_from(OpportunityOutcome)),
            "reason": draw(maybe(st.sampled_from(TEXTS))),
        }
        found.append(Opportunity(key=sale, customer=customer, **given))
        found += (
            [
                Participation(person=person, opportunity=sale, role=draw(st.sampled_from(ROLES)))
                for person in draw(st.sets(st.sampled_from(people)))
            ]
            if people
            else []
        )
    return found


@st.composite
def dealings(draw: st.DrawFn, customer: str) -> list[Record]:
    """Return what we and the customer have to do with each other."""
    found: list[Record] = [
        FollowUp(
            key=f"{customer}-f{index}",
            customer=customer,
            kind=draw(st.sampled_from(MEETINGS)),
            at=draw(moments),
            employee=draw(maybe(st.sampled_from(EMPLOYEES))),
            note=draw(maybe(st.sampled_from(TEXTS))),
            outcome=draw(maybe(st.sampled_from(TEXTS))),
        )
        for index in range(draw(st.integers(0, 2)))
    ]
    found += [
        Arrival(customer=customer, channel=channel, at=draw(moments))
        for channel in draw(several(st.sampled_from(CHANNELS)) | st.just(()))
    ]
    found += [
        Ownership(employee=employee, customer=customer, since=draw(moments))
        for employee in draw(several(st.sampled_from(EMPLOYEES)) | st.just(()))
    ]
    return found + [
        Consent(
            key=f"{customer}-k{index}",
            customer=customer,
            purpose=draw(st.sampled_from(PURPOSES)),
            granted=draw(st.booleans()),
            at=draw(moments),
        )
        for index in range(draw(st.integers(0, 3)))
    ]


@st.composite
def ourselves(draw: st.DrawFn) -> list[Record]:
    """Return our teams, employees and channels, some of them part of others."""
    return [
        Team(key="north"),
        Team(key="beijing", parent=draw(maybe(st.just("north")))),
        *(Employee(key=key, team=draw(maybe(st.sampled_from(TEAMS)))) for key in EMPLOYEES),
        Channel(key="ads"),
        Channel(key="search", parent=draw(maybe(st.just("ads")))),
    ]


@st.composite
def relations(draw: st.DrawFn, customers: list[str]) -> list[Record]:
    """Return relations, at most one between any two customers; only later ones are parents."""
    pairs = [(one, other) for one in customers for other in customers if one < other]
    if not pairs:
        return []
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=5, unique=True))
    return [
        Relation(
            customer=one,
            other=other,
            kind=draw(st.sampled_from((RelationKind.PARENT, RelationKind.PARTNER))),
        )
        for one, other in chosen
    ]


@st.composite
def closings(draw: st.DrawFn, known: list[Tagging]) -> list[tuple[str, str, datetime]]:
    """Return which taggings were closed, some of them only after now, and when."""
    return [
        (one.customer, one.tag, NOW + timedelta(days=draw(st.sampled_from((0, 1)))))
        for one in known
        if draw(st.integers(0, 4)) == 0
    ]


@st.composite
def mergers(draw: st.DrawFn, customers: list[str]) -> list[tuple[str, str]]:
    """Return who was merged into whom, at times one after the other; the last is always there."""
    later = {one: customers[place + 1 :] for place, one in enumerate(customers)}
    return [
        (one, draw(st.sampled_from(others)))
        for one, others in later.items()
        if others and draw(st.integers(0, 3)) == 0
    ]


@st.composite
def worlds(draw: st.DrawFn, most: int = 5) -> World:
    """Return a world of one to so many customers, the same keys in each."""
    records: list[Record] = draw(ourselves())
    metrics = {}
    keys = [f"c{index}" for index in range(draw(st.integers(1, most)))]
    for key in keys:
        organisation = draw(organisations(key))
        people = [one.key for one in organisation if isinstance(one, DecisionMaker)]
        records += [draw(customers(key)), *draw(taggings(key)), *organisation]
        records += [*draw(events(key, people)), *draw(sales(key, people)), *draw(dealings(key))]
        scores = draw(st.fixed_dictionaries({}, optional={"score": numbers, "rank": numbers}))
        metrics[key] = scores
    closed = draw(closings([one for one in records if isinstance(one, Tagging)]))
    told = (*records, *draw(relations(keys)))
    return World(told, metrics, tuple(closed), tuple(draw(mergers(keys))))
