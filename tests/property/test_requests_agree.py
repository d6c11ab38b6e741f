"""Random requests over objects that hold what they hold, right or wrong: answered as Strawberry does."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import Enum
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from profilegraph.api.runtime.compiled_selections import CompiledExecutionContext
from profilegraph.api.runtime.estimate import Budget
from profilegraph.api.runtime.fallbacks import FallbackReason
from profilegraph.api.runtime.fields import list_field
from profilegraph.api.runtime.limits import CODE
from profilegraph.api.runtime.operations import Refused, RunnableSchema
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
    async def failing(self) -> str:
        raise ValueError("it never answers")

    @strawberry.field
    def asking(self, info: strawberry.Info) -> str:
        return info.field_name

    @list_field
    def counted(self) -> list[Thing]:
        """Counted."""
        return self.things


@strawberry.input
class Wish:
    name: str
    colours: list[Colour] | None = None
    times: int = 1
    more: list[Wish] | None = strawberry.UNSET


def written(wish: Wish) -> str:
    more = [written(one) for one in wish.more or []]
    return f"{wish.name} {wish.colours} {wish.times} {more}"


@strawberry.type
class Query:
    @strawberry.field
    def wish(self, wish: Wish | None = None) -> str | None:
        return None if wish is None else written(wish)

    @strawberry.field
    async def broken(self) -> int | None:
        raise ValueError("it is broken")

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


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def touch(self, info: strawberry.Info, times: int | None = None) -> Thing:
        info.context.touched.append(times)
        one: Thing = info.context.things[len(info.context.touched) - 1]
        return one


class Watched(CompiledExecutionContext):
    """Notes which types are completed field by field."""

    def execute_fields(self, parent_type: Any, *rest: Any) -> Any:
        self.context_value.one_by_one.add(parent_type.name)
        return super().execute_fields(parent_type, *rest)


STOCK = Quiet(Query, Mutation)
"""What Strawberry does itself."""
OURS = {
    "compiled": RunnableSchema(Query, Mutation),
    "not compiled": RunnableSchema(Query, Mutation, compiled=False),
}

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
ASKING = st.sampled_from(["slow", "failing", "asking", "nothing: name"])


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
            "...First",
            "...Second @skip(if: $yes)",
        )
        fragments = st.builds(str.format, st.sampled_from(forms), inside)
        friend = inside.map("friend {{ name ... on Thing {} }}".format)
        parts = st.one_of(parts, parts, fields, fragments, friend)
    return st.lists(parts, min_size=1, max_size=4).map(lambda some: f"{{ {' '.join(some)} }}")


ROOTS = (
    "thing {}",
    "things {}",
    "some: things {}",
    "thing @skip(if: $yes) {}",
    "echo(times: $times) thing {}",
    "wish(wish: $wish) things {}",
    'given: wish(wish: {{name: "Ada", more: [{{name: "b", times: $count}}]}}) thing {}',
    "broken thing {}",
)
CHANGES = ("touch {}", "one: touch(times: $times) {} two: touch {}")
VARIABLES = {"yes": "Boolean!", "times": "Int = 2", "count": "Int! = 3", "wish": "Wish"}
WISHES: st.SearchStrategy[Any] = st.recursive(
    st.fixed_dictionaries(
        {"name": rarely(st.just("Ada"), WRONG)},
        optional={
            "colours": rarely(st.lists(st.sampled_from(["RED", "BLUE"]), max_size=2), WRONG),
            "times": rarely(st.integers(0, 3), WRONG),
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {"name": st.just("b"), "more": st.lists(inner, max_size=2)}
    ),
    max_leaves=3,
)
GIVEN = st.fixed_dictionaries(
    {"yes": rarely(st.booleans(), WRONG)},
    optional={
        "times": rarely(st.sampled_from([0, 3, None]), WRONG),
        "count": rarely(st.integers(0, 3), WRONG),
        "wish": rarely(st.none() | WISHES, WRONG),
    },
)


@st.composite
def requests(draw: st.DrawFn) -> str:
    """Return the text of a whole request, with the fragments and variables that it uses."""
    changes = draw(st.integers(0, 4)) == 0
    root = draw(st.sampled_from(CHANGES if changes else ROOTS))
    body = root.replace("{}", draw(selections(3))).replace("{{", "{").replace("}}", "}")
    fragments = {
        "First": draw(selections(1)).replace("...First", "...Second"),
        "Second": re.sub(
            r"\.\.\.(First|Second)( @skip\(if: \$yes\))?", "name", draw(selections(1))
        ),
    }
    text = body
    for fragment, selected in fragments.items():
        if f"...{fragment}" in text:
            text += f" fragment {fragment} on Thing {selected}"
    used = sorted(set(re.findall(r"\$(\w+)", text)))
    declared = ", ".join(f"${one}: {VARIABLES[one]}" for one in used)
    return f"{'mutation' if changes else 'query'} {f'({declared})' if used else ''} {{ {text[: len(body)]} }}{text[len(body) :]}"


def asking(found: list[Thing], items: int) -> SimpleNamespace:
    return SimpleNamespace(things=found, budget=Budget(items), touched=[])


def told(data: Any, errors: list[GraphQLError] | None, context: SimpleNamespace) -> Any:
    """Return an answer with all that can be seen of it; one that is too large is withheld."""
    if context.budget.overdrawn:
        return "too large"
    return data, [one.formatted for one in errors or []], context.budget.left, context.touched


async def stock(
    query: str, found: list[Thing], given: dict[str, Any] | None = None, items: int = 100
) -> Any:
    context = asking(found, items)
    result = await STOCK.execute(query, given, context)
    return told(result.data, result.errors, context)


async def ours(
    how: str,
    query: str,
    found: list[Thing],
    given: dict[str, Any] | None = None,
    items: int = 100,
) -> Any:
    context = asking(found, items)
    operation = OURS[how].document(query).operation(None)
    assert operation is not None
    try:
        operation.admit(given or {})
        result = await operation.execute(context, given or {})
    except Refused as refused:
        assume(not any((one.extensions or {}).get("code") == CODE for one in refused.errors))
        return told(None, refused.errors, context)
    return told(result.data, result.errors, context)


@pytest.mark.parametrize("how", OURS)
@given(
    query=requests(),
    found=st.lists(things(2), max_size=3),
    variables=GIVEN,
    items=st.sampled_from([2, 100]),
)
@settings(max_examples=budget(200, 1_000))
async def test_a_request_is_answered_as_strawberry_answers_it(
    how: str, query: str, found: list[Thing], variables: dict[str, Any], items: int
) -> None:
    answer = await ours(how, query, found, variables, items)
    assert answer == await stock(query, found, variables, items)


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
    assert await ours("compiled", query, [one]) == await stock(query, [one])


@pytest.mark.parametrize(
    ("asked", "compiled"),
    [
        ("name colour again { words } things { shout(times: 2) } counted { __typename }", True),
        ("name asking", False),
        ("name slow", False),
        ("name friend { name }", False),
    ],
)
async def test_only_what_is_there_to_be_read_is_compiled(asked: str, compiled: bool) -> None:
    schema = Quiet(Query, execution_context_class=Watched)
    context = SimpleNamespace(things=[thing()], budget=Budget(), one_by_one=set())
    result = await schema.execute(f"{{ things {{ {asked} }} }}", context_value=context)
    assert result.errors is None
    assert ("Thing" in context.one_by_one) is not compiled


@pytest.mark.parametrize(
    ("query", "reason", "where"),
    [
        ("{ things { name slow } }", FallbackReason.ASYNC_RESOLVER, "Thing.slow"),
        ("{ things { name asking } }", FallbackReason.NEEDS_REQUEST, "Thing.asking"),
        ("{ thing { friend { name } } }", FallbackReason.ABSTRACT_TYPE, "Named"),
        ("{ __schema { queryType { name } } }", FallbackReason.NOT_DECLARED, "__Schema"),
        ("query ($n: Int) { thing { shout(times: $n) } }", FallbackReason.ARGUMENTS, "Thing.shout"),
        ("{ thing { size } }", FallbackReason.UNEXPECTED_VALUE, "Thing"),
        ("query Q($n: Int = 1) { echo(times: $n) }", FallbackReason.VARIABLES, "Q"),
    ],
)
async def test_what_is_left_to_graphql_core_is_counted_and_its_first_is_logged(
    query: str, reason: FallbackReason, where: str
) -> None:
    schema = RunnableSchema(Query)
    operation = schema.document(query).operation(None)
    assert operation is not None
    with capture_logs() as logs:
        for _ in range(2):
            variables = {"n": None} if "$n: Int)" in query else {}
            await operation.execute(asking([thing(size=2**40)], 100), variables)
    found = schema.fallbacks.counts[reason.value]
    assert found >= 2
    told = [one for one in logs if one.get("reason") == reason.value]
    assert [one["where"] for one in told] == [where]


async def test_without_compiled_execution_nothing_counts_as_left_to_graphql_core() -> None:
    schema = RunnableSchema(Query, compiled=False)
    operation = schema.document(
        "query ($n: Int = 1) { echo(times: $n) things { size } }"
    ).operation(None)
    assert operation is not None
    result = await operation.execute(asking([thing()], 100), {})
    assert result.data == {"echo": 1, "things": [{"size": 1}]}
    assert set(schema.fallbacks.counts.values()) == {0}
