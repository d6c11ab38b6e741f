"""Random small worlds and random filters over them.

Values come from small pools, so that filters often hit what is there, boundaries included.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from profilegraph.domain.activity import Event
from profilegraph.domain.customers import Customer, Tagging, TagSource
from profilegraph.domain.organisation import (
    DecisionMaker,
    DecisionRole,
    Department,
    DepartmentFunction,
)
from profilegraph.domain.values import Record, from_units
from profilegraph.segments import nodes
from tests.conftest import NOW
from tests.support.worlds import World

TAGS = {
    "size": ("small", "medium", "large"),
    "region": ("china", "zhejiang", "hangzhou", "japan"),
    "hobby": ("fishing", "golf"),
}
FUNCTIONS = (DepartmentFunction.IT, DepartmentFunction.FINANCE)
ROLES = (DecisionRole.DECIDER, DecisionRole.BLOCKER)
TEXTS = ("CFO", "cfo office", "财务总监", "")
KEYS = ("web", "app")
SHARES = (0.0, 0.3, 0.7, 1.0)

days = st.sampled_from((-400, -30, -7, -1, 0, 1, 30))
numbers = st.sampled_from((-1.0, 0.0, 0.5, 1.0, 10.0))
amounts = st.sampled_from((0, 1, 10_000, 125_000))
dates = days.map(lambda n: NOW.date() + timedelta(days=n))
moments = st.builds(
    lambda n, s: NOW + timedelta(days=n, seconds=s), days, st.sampled_from((-1, 0, 1))
)


def later_than(start: datetime) -> st.SearchStrategy[datetime]:
    """Return moments after another one."""
    return moments.filter(lambda moment: bool(moment > start))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return None or a value of a strategy."""
    return st.none() | strategy


@st.composite
def taggings(draw: st.DrawFn, customer: str) -> list[Tagging]:
    found = []
    for dimension, names in TAGS.items():
        many = 1 if dimension == "size" else len(names)
        for name in draw(st.lists(st.sampled_from(names), max_size=many, unique=True)):
            since = draw(moments)
            until = draw(maybe(later_than(since)))
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
    return Customer(key=key, attributes={k: v for k, v in attributes.items() if v is not None})


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


@st.composite
def worlds(draw: st.DrawFn) -> World:
    records: list[Record] = []
    metrics = {}
    for index in range(draw(st.integers(1, 5))):
        key = f"c{index}"
        organisation = draw(organisations(key))
        people = [one.key for one in organisation if isinstance(one, DecisionMaker)]
        records += [draw(customers(key)), *draw(taggings(key)), *organisation]
        records += draw(events(key, people))
        scores = draw(st.fixed_dictionaries({}, optional={"score": numbers, "rank": numbers}))
        metrics[key] = scores
    return World(tuple(records), metrics)


def some_of(kind: type, **choices: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return parts of a filter with at least one of the optional fields given."""
    return st.fixed_dictionaries({}, optional=choices).filter(bool).map(lambda given: kind(**given))


def pairs(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(strategy, strategy).map(lambda pair: tuple(sorted(pair)))


def several(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(strategy, min_size=1, max_size=2, unique=True).map(tuple)


def comparisons(values: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    plain = dict.fromkeys(("eq", "ne", "lt", "lte", "gt", "gte"), values)
    return {**plain, "between": pairs(values)}


number_tests = some_of(nodes.NumberTest, **comparisons(numbers), in_=several(numbers))
text_tests = some_of(
    nodes.TextTest,
    eq=st.sampled_from(TEXTS),
    ne=st.sampled_from(TEXTS),
    in_=several(st.sampled_from(TEXTS)),
    contains=st.sampled_from(("CFO", "财务", "o", "")),
    starts_with=st.sampled_from(("C", "财", "")),
)
date_tests = some_of(
    nodes.DateTest,
    **comparisons(dates),
    in_last_days=st.sampled_from((1, 7, 30)),
    in_next_days=st.sampled_from((1, 30)),
)
boolean_tests = st.booleans().map(nodes.BooleanTest)
amount_tests = some_of(
    nodes.NumberTest,
    **comparisons(st.sampled_from((0.0, 0.0001, 1.0, 12.5))),
    in_=several(st.sampled_from((0.0001, 12.5))),
)


@st.composite
def windows(draw: st.DrawFn) -> nodes.Window:
    since = draw(maybe(moments))
    last_days = draw(maybe(st.sampled_from((1, 7, 30))))
    ends = moments if since is None else later_than(since)
    needed = since is None and last_days is None
    until = draw(ends if needed else maybe(ends))
    return nodes.Window(last_days=last_days, since=since, until=until)


def times() -> st.SearchStrategy[dict[str, int]]:
    least, most = st.integers(0, 2), st.integers(0, 3)
    return (st.fixed_dictionaries({}, optional={"at_least": least, "at_most": most})).filter(
        lambda given: given.get("at_least", 0) <= given.get("at_most", 9)
    )


@st.composite
def tag_leaves(draw: st.DrawFn) -> nodes.Tags:
    dimension = draw(st.sampled_from(sorted(TAGS)))
    names = st.sampled_from(TAGS[dimension])
    asked = {"any_of": several(names), "all_of": several(names), "none_of": several(names)}
    asked["has_any"] = st.booleans()
    if dimension == "size":
        asked |= {"gte": names, "lte": names}
    given = draw(st.fixed_dictionaries({}, optional=asked).filter(bool))
    qualifiers = st.fixed_dictionaries(
        {},
        optional={
            "exact": st.just(True),
            "min_confidence": st.sampled_from(SHARES),
            "min_weight": st.sampled_from(SHARES),
            "source": st.sampled_from(TagSource),
            "tagged_within_days": st.sampled_from((1, 7, 30)),
            "weekday": st.integers(1, 7),
        },
    )
    return nodes.Tags(dimension, **given, **draw(qualifiers))


@st.composite
def event_leaves(draw: st.DrawFn) -> nodes.Events:
    return nodes.Events(
        draw(st.sampled_from(("visit", "purchase"))),
        **draw(times()),
        window=draw(maybe(windows())),
        channels=draw(maybe(several(st.sampled_from(KEYS)))),
        content=draw(maybe(text_tests)),
        amount=draw(maybe(amount_tests)),
    )


department_tests = st.builds(
    lambda asked, exact: nodes.DepartmentTest(**asked, exact=exact),
    st.fixed_dictionaries(
        {}, optional={"functions": several(st.sampled_from(FUNCTIONS)), "name": text_tests}
    ).filter(bool),
    st.booleans(),
)
person_tests = st.fixed_dictionaries(
    {},
    optional={
        "roles": several(st.sampled_from(ROLES)),
        "title": text_tests,
        "department": department_tests,
        "influence": some_of(
            nodes.NumberTest, gte=st.sampled_from(SHARES), lt=st.sampled_from(SHARES)
        ),
        "stance": number_tests,
        "chain_depth": some_of(nodes.NumberTest, eq=numbers, gte=numbers, in_=several(numbers)),
        "did": event_leaves(),
    },
).map(lambda given: nodes.PersonTest(**given))
people_leaves = st.builds(
    lambda given, where: nodes.People(**given, where=where), times(), person_tests
)
attribute_leaves = st.one_of(
    number_tests.map(lambda test: nodes.Attribute("employees", number=test)),
    text_tests.map(lambda test: nodes.Attribute("slogan", text=test)),
    date_tests.map(lambda test: nodes.Attribute("founded", date=test)),
    boolean_tests.map(lambda test: nodes.Attribute("listed", boolean=test)),
    st.builds(
        lambda key, exists: nodes.Attribute(key, exists=exists),
        st.sampled_from(("employees", "slogan", "founded", "listed")),
        st.booleans(),
    ),
)
metric_keys = st.sampled_from(("score", "rank"))
metric_leaves = st.builds(
    lambda key, test: nodes.Metric(key, number=test), metric_keys, number_tests
) | st.builds(lambda key, exists: nodes.Metric(key, exists=exists), metric_keys, st.booleans())
leaves = st.one_of(tag_leaves(), attribute_leaves, metric_leaves, event_leaves(), people_leaves)
filters: st.SearchStrategy[nodes.Node] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda some: nodes.AllOf(tuple(some))),
        st.lists(inner, max_size=3).map(lambda some: nodes.AnyOf(tuple(some))),
        inner.map(nodes.Not),
    ),
    max_leaves=6,
)


def parts(value: object) -> list[object]:
    """Return a filter's nodes and every part of them, each a dataclass."""
    found: list[object] = []
    if hasattr(value, "__dataclass_fields__"):
        found.append(value)
        for field in fields(value):  # type: ignore[arg-type]
            found += parts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            found += parts(item)
    return found
