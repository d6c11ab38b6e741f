"""Random queries over objects that hold what they hold, right or wrong: answered with plans as without."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.types import ExecutionResult

from profilegraph.api.runtime.compiled_selections import PlannedExecutor
from profilegraph.api.runtime.estimate import Budget
from profilegraph.api.runtime.fields import listed
from tests.support.budgets import budget


class Quiet(strawberry.Schema):
    """A schema that logs no errors."""

    def process_errors(self, errors: Any, execution_context: Any = None) -> None:
        pass


@strawberry.enum
class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Thing(Named):
    note: str | None
    size: int
    share: float | None
    colour: Colour
    born: datetime | None
    words: list[str]
    inner: Thing | None
    things: list[Thing]
    gaps: list[Thing | None] | None
    friend: Named | None

    @strawberry.field
    def shout(self, times: int = 1, more: list[Colour] | None = None) -> str:
        if self.size == 3:
            raise ValueError("it does not shout")
        return self.name * times + ", ".join(one.value for one in more or [])

    @strawberry.field
    def again(self) -> Thing:
        return self.inner or self

    @strawberry.field
    async def slow(self) -> str:
        return self.name

    @strawberry.field
    def asking(self, info: strawberry.Info) -> str:
        return info.field_name

    @listed("Counted.")
    def counted(self) -> list[Thing]:
        return self.things


@strawberry.type
class Query:
    @strawberry.field
    def things(self, info: strawberry.Info) -> list[Thing]:
        found: list[Thing] = info.context.things
        return found

    @strawberry.field
    def echo(self, times: int | None) -> int | None:
        return times

    @strawberry.field
    def thing(self, info: strawberry.Info) -> Thing | None:
        return info.context.things[0] if info.context.things else None


class Watched(PlannedExecutor):
    """Notes which types are completed field by field."""

    def execute_fields(self, parent_type: Any, *rest: Any) -> Any:
        self.context_value.one_by_one.add(parent_type.name)
        return super().execute_fields(parent_type, *rest)


PLAIN = Quiet(Query)
PLANNED = Quiet(Query, execution_context_class=PlannedExecutor)

# Mostly right values; among the wrong ones nulls, numbers too large, and values of other types.
NAMES: st.SearchStrategy[Any] = st.sampled_from(["", 7, None, ValueError("no name")])
WRONG: st.SearchStrategy[Any] = st.sampled_from(
    [None, object(), "x", 3, 2**40, float("nan"), [None]]
)


class Fault(Exception):
    """Could be taken for a text."""


def thing(**other: Any) -> Thing:
    usual: dict[str, Any] = {
        "name": "Ada",
        "note": None,
        "size": 1,
        "share": None,
        "colour": Colour.RED,
        "born": None,
        "words": [],
        "inner": None,
        "things": [],
        "gaps": None,
        "friend": None,
    }
    return Thing(**usual | other)


def rarely(usual: st.SearchStrategy[Any], wrong: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 19).flatmap(lambda dice: wrong if dice == 0 else usual)


def things(depth: int) -> st.SearchStrategy[Thing]:
    below: st.SearchStrategy[Any] = things(depth - 1) if depth else st.none()
    few = st.lists(things(depth - 1), max_size=2) if depth else st.just([])
    return st.builds(
        Thing,
        name=rarely(st.sampled_from(["Ada", "贝"]), NAMES),
        note=st.sampled_from(["n", None]),
        size=rarely(st.integers(0, 2), WRONG),
        share=rarely(st.sampled_from([0.5, 1, None]), WRONG),
        colour=rarely(st.sampled_from(Colour), WRONG),
        born=st.sampled_from([None, datetime(2026, 1, 1, tzinfo=UTC)]),
        words=rarely(st.lists(st.sampled_from(["a", "b"]), max_size=2), WRONG),
        inner=rarely(st.none() | below, st.just("no thing")),
        things=rarely(few, WRONG),
        gaps=st.none() | st.lists(st.none() | below, max_size=2),
        friend=st.none() | below,
    )


LEAVES = st.sampled_from(
    [
        "name",
        "note",
        "size",
        "share",
        "colour",
        "born",
        "words",
        "__typename",
        "shout",
        "loud: shout(times: 2, more: [RED])",
        "told: shout(times: $times)",
        "called: name",
        "size @include(if: $yes)",
        "note @skip(if: $yes)",
    ]
)
ASKING = st.sampled_from(["slow", "asking", "nothing: name"])


def selections(depth: int) -> st.SearchStrategy[str]:
    parts = rarely(LEAVES, ASKING)
    if depth:
        inside = selections(depth - 1)
        names = st.sampled_from(["inner", "things", "gaps", "again", "counted", "other: things"])
        fields = st.builds("{} {}".format, names, inside)
        forms = (
            "... on Thing {}",
            "... {}",
            "... @include(if: $yes) {}",
            "... on Named {{ name }}",
        )
        fragments = st.builds(str.format, st.sampled_from(forms), inside)
        friend = inside.map("friend {{ name ... on Thing {} }}".format)
        parts = st.one_of(parts, parts, fields, fragments, friend)
    return st.lists(parts, min_size=1, max_size=4).map(lambda some: f"{{ {' '.join(some)} }}")


def told(result: ExecutionResult) -> Any:
    errors = [error.formatted for error in result.errors or []]
    return result.data, errors


async def ask(
    schema: strawberry.Schema,
    query: str,
    found: list[Thing],
    given: dict[str, Any] | None = None,
    items: int = 100,
) -> Any:
    budget = Budget(items)
    context = SimpleNamespace(things=found, budget=budget)
    result = await schema.execute(query, given, context)
    return told(result), budget.left


@given(
    asked=selections(3),
    root=st.sampled_from(["thing", "things"]),
    found=st.lists(things(2), max_size=3),
    yes=st.booleans(),
    times=st.sampled_from([0, 3, None]),
    items=st.sampled_from([2, 100]),
)
@settings(max_examples=budget(200, 1_000))
async def test_a_query_is_answered_with_plans_as_without(
    asked: str, root: str, found: list[Thing], yes: bool, times: int | None, items: int
) -> None:
    query = f"query ($yes: Boolean!, $times: Int = 2) {{ echo(times: $times) @skip(if: $yes) {root} {asked} }}"
    given = {"yes": yes, "times": times}
    right = await ask(PLAIN, query, found, given, items)
    assert await ask(PLANNED, query, found, given, items) == right


@pytest.mark.parametrize(
    ("asked", "one"),
    [
        ("name", thing(name=None)),
        ("name", thing(name=Fault("it has no name"))),
        ("size", thing(size=2**40)),
        ("colour", thing(colour="red")),
        ("words", thing(words=("a", "b"))),
        ("inner { name }", thing(inner=SimpleNamespace(name="Ada"))),
        ("counted { size }", thing(things=[thing(), thing(size=2**40)])),
        ("gaps { size }", thing(gaps=[thing(), thing(size=2**40)])),
    ],
)
async def test_what_is_not_as_expected_is_told_of_in_the_same_words(asked: str, one: Thing) -> None:
    query = f"{{ things {{ {asked} }} }}"
    assert await ask(PLANNED, query, [one]) == await ask(PLAIN, query, [one])


@pytest.mark.parametrize(
    ("asked", "planned"),
    [
        ("name colour again { words } things { shout(times: 2) } counted { __typename }", True),
        ("name asking", False),
        ("name slow", False),
        ("name friend { name }", False),
    ],
)
async def test_only_what_is_there_to_be_read_is_planned(asked: str, planned: bool) -> None:
    schema = Quiet(Query, execution_context_class=Watched)
    context = SimpleNamespace(things=[thing()], budget=Budget(), one_by_one=set())
    result = await schema.execute(f"{{ things {{ {asked} }} }}", context_value=context)
    assert result.errors is None
    assert ("Thing" in context.one_by_one) is not planned
