"""Random filters over random small worlds."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from hypothesis import strategies as st
from pyroaring import FrozenBitMap

from profilegraph.domain.records.activity import OpportunityOutcome
from profilegraph.domain.records.customers import RelationKind, TagSource
from profilegraph.domain.values import Labels
from profilegraph.language import nodes
from profilegraph.language.codec import MAX_DEPTH
from profilegraph.language.saved_filters import SavedFilter, SavedFilters, references, size
from tests.property.random_worlds import (
    CHANNELS,
    EMPLOYEES,
    FUNCTIONS,
    KEYS,
    MEETINGS,
    PURPOSES,
    ROLES,
    SHARES,
    STAGES,
    TAGS,
    TEAMS,
    TEXTS,
    dates,
    maybe,
    moments,
    moments_after,
    numbers,
    several,
)


def some_of(kind: type, **choices: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return parts of a filter with at least one of the optional fields given."""
    return st.fixed_dictionaries({}, optional=choices).filter(bool).map(lambda given: kind(**given))


def pairs(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(strategy, strategy).map(lambda pair: tuple(sorted(pair)))


def comparisons(values: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    plain = dict.fromkeys(("eq", "ne", "lt", "lte", "gt", "gte"), values)
    return {**plain, "between": pairs(values)}


number_tests = some_of(nodes.NumberTest, **comparisons(numbers), in_=several(numbers))
text_tests = some_of(
    nodes.TextTest,
    eq=st.sampled_from(TEXTS),
    ne=st.sampled_from(TEXTS),
    in_=several(st.sampled_from(TEXTS)),
    contains=st.sampled_from(("CFO", "财务", "o", " ", "")),
    starts_with=st.sampled_from(("C", "cfo ", "财", "")),
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
    given: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {}, optional={"last_days": st.sampled_from((1, 7, 30)), "since": moments}
        )
    )
    if not given or draw(st.booleans()):
        given["until"] = draw(moments_after(given.get("since")))
    return nodes.Window(**given)


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
def event_tests(draw: st.DrawFn) -> dict[str, Any]:
    rarely = st.integers(0, 3).map(lambda n: n == 0)
    return {
        "type": draw(st.sampled_from(("visit", "purchase"))),
        "channels": draw(maybe(several(st.sampled_from(KEYS)))) if draw(rarely) else None,
        "content": draw(maybe(text_tests)) if draw(rarely) else None,
        "amount": draw(maybe(amount_tests)) if draw(rarely) else None,
    }


@st.composite
def event_leaves(draw: st.DrawFn) -> nodes.Events:
    given: dict[str, Any] = {**draw(event_tests()), **draw(times())}
    return nodes.Events(**given, window=draw(maybe(windows())))


activity_leaves = st.one_of(
    event_leaves(),
    st.builds(
        lambda test, window, total: nodes.EventTotal(**test, window=window, total=total),
        event_tests(),
        maybe(windows()),
        amount_tests,
    ),
    st.builds(
        lambda test, least, did, did_not: nodes.Stopped(
            **test, at_least=least, did=did, did_not=did_not
        ),
        event_tests(),
        st.integers(1, 2),
        windows(),
        windows(),
    ),
    st.builds(
        lambda first, then, within, window: nodes.Sequence(
            nodes.EventTest(**first), nodes.EventTest(**then), within, window
        ),
        event_tests(),
        event_tests(),
        st.sampled_from((1, 7, 30, 400)),
        maybe(windows()),
    ),
)
opportunity_tests = st.fixed_dictionaries(
    {},
    optional={
        "stages": several(st.sampled_from(STAGES)),
        "outcomes": several(st.sampled_from(OpportunityOutcome)),
        "name": text_tests,
        "amount": amount_tests,
        "close_date": date_tests,
        "reason": text_tests,
    },
).map(lambda given: nodes.OpportunityTest(**given))
participation_tests = st.builds(
    lambda given, where: nodes.ParticipationTest(**given, where=where),
    st.fixed_dictionaries({}, optional={"roles": several(st.sampled_from(ROLES))}),
    opportunity_tests,
)


def counted(kind: type, **choices: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return leaves that count, with any of the optional fields given."""
    given = st.fixed_dictionaries({}, optional=choices)
    return st.builds(lambda many, asked: kind(**many, **asked), times(), given)


record_leaves = st.one_of(
    counted(nodes.Opportunities, where=opportunity_tests),
    counted(
        nodes.FollowUps,
        kinds=several(st.sampled_from(MEETINGS)),
        window=windows(),
        employees=several(st.sampled_from(EMPLOYEES)),
        note=text_tests,
        outcome=text_tests,
    ),
    counted(
        nodes.Arrivals,
        channels=several(st.sampled_from(CHANNELS)),
        exact=st.just(True),
        window=windows(),
    ),
    counted(nodes.Owners, employees=several(st.sampled_from(EMPLOYEES)), window=windows()),
    counted(nodes.Teams, teams=several(st.sampled_from(TEAMS)), exact=st.just(True)),
    counted(
        nodes.Consents,
        purposes=several(st.sampled_from(PURPOSES)),
        granted=st.just(False),
        window=windows(),
    ),
)
cohort_leaves = st.builds(
    nodes.Cohort,
    st.sampled_from(("spring", "autumn")),
    st.sampled_from((0.0, 0.2, 0.4)),
    st.sampled_from((0.5, 0.7, 1.0)),
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
        "takes_part_in": participation_tests,
    },
).map(lambda given: nodes.PersonTest(**given))
people_leaves = st.builds(
    lambda given, where: nodes.People(**given, where=where), times(), person_tests
)
attribute_leaves = st.one_of(
    number_tests.map(lambda test: nodes.AttributeLeaf("employees", number=test)),
    text_tests.map(lambda test: nodes.AttributeLeaf("slogan", text=test)),
    date_tests.map(lambda test: nodes.AttributeLeaf("founded", date=test)),
    boolean_tests.map(lambda test: nodes.AttributeLeaf("listed", boolean=test)),
    st.builds(
        lambda key, exists: nodes.AttributeLeaf(key, exists=exists),
        st.sampled_from(("employees", "slogan", "founded", "listed")),
        st.booleans(),
    ),
)
metric_keys = st.sampled_from(("score", "rank"))
metric_leaves = st.builds(
    lambda key, test: nodes.MetricLeaf(key, number=test), metric_keys, number_tests
) | st.builds(lambda key, exists: nodes.MetricLeaf(key, exists=exists), metric_keys, st.booleans())
_SAVED: dict[str, nodes.Node] = {
    "golfers": nodes.Tags("hobby", any_of=("golf",)),
    "visitors": nodes.Events("visit", at_least=2),
    "chosen": nodes.Listed(FrozenBitMap((0, 2))),
    "both": nodes.AllOf((nodes.InSegment("golfers"), nodes.InSegment("visitors"))),
}
LIBRARY = SavedFilters(
    {key: SavedFilter(Labels(zh_cn=key, en=key), node) for key, node in _SAVED.items()}
)
"""The saved segments that random filters refer to."""
lists = st.sets(st.integers(0, 3)).map(lambda some: nodes.Listed(FrozenBitMap(some)))
"""What saved lists stand for; filters refer to them by their segments."""
segment_leaves = st.sampled_from(sorted(LIBRARY.segments)).map(nodes.InSegment)
_simple_leaves = st.one_of(
    tag_leaves(),
    attribute_leaves,
    metric_leaves,
    cohort_leaves,
    activity_leaves,
    people_leaves,
    record_leaves,
    segment_leaves,
)


@st.composite
def simple_leaf(draw: st.DrawFn) -> nodes.Leaf:
    """Return a leaf that holds no filter; a composite, as the strategy's whole repr is long."""
    leaf: nodes.Leaf = draw(_simple_leaves)
    return leaf


simple_leaves = simple_leaf()


def related_to(where: st.SearchStrategy[nodes.Node]) -> st.SearchStrategy[nodes.Related]:
    """Return leaves that ask for related customers which match."""
    return counted(
        nodes.Related,
        kinds=several(st.sampled_from(RelationKind)),
        distance=st.integers(1, 5),
        where=where,
    )


_related_leaves = related_to(
    st.one_of(
        simple_leaves,
        simple_leaves.map(nodes.Not),
        st.lists(simple_leaves, max_size=2).map(lambda some: nodes.AnyOf(tuple(some))),
        related_to(simple_leaves),
    )
)


@st.composite
def related_leaf(draw: st.DrawFn) -> nodes.Related:
    """Return a leaf that holds a filter of its own."""
    leaf: nodes.Related = draw(_related_leaves)
    return leaf


leaves = simple_leaves | related_leaf()
filters: st.SearchStrategy[nodes.Node] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda some: nodes.AllOf(tuple(some))),
        st.lists(inner, max_size=3).map(lambda some: nodes.AnyOf(tuple(some))),
        inner.map(nodes.Not),
    ),
    max_leaves=6,
).filter(lambda node: size(node, LIBRARY).depth <= MAX_DEPTH)

_OWNED = st.lists(
    st.builds(nodes.Owners, employees=several(st.sampled_from(EMPLOYEES)))
    | st.builds(nodes.Teams, teams=several(st.sampled_from(TEAMS)), exact=st.booleans()),
    max_size=2,
).map(lambda some: nodes.AnyOf(tuple(some)))
scopes: st.SearchStrategy[nodes.Node | None] = st.one_of(
    st.none(), _OWNED, filters.filter(lambda node: not references(node))
)
"""Which customers are seen: all, those of some owners and teams, or those that match a filter."""


narrowed_values = st.builds(
    lambda who, value: nodes.AllOf((value, who)),
    lists | tag_leaves() | st.builds(nodes.Not, lists),
    attribute_leaves | metric_leaves,
)
"""A value of some customers alone: the others need not be looked at."""


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
