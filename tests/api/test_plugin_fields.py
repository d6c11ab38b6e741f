"""Fields of plugins on customers: typed, computed for many at once, and contained where they fail."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, cast

import pytest
from graphql import GraphQLObjectType, print_type
from pydantic import BaseModel, Field

from profilegraph.api.schema import build_schema
from profilegraph.domain.records.customers import Customer
from profilegraph.domain.records.organisation import DecisionMaker, DecisionRole
from profilegraph.domain.values import Labels
from profilegraph.hooks import CustomerField, EventTable, PersonTable, Tables, hookimpl
from profilegraph.hooks.hosting.circuit_breaker import CircuitBreaker
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform
from profilegraph.services.plugins import customer_fields
from tests.api.conftest import Api
from tests.conftest import NOW
from tests.support.plugins import host_of, with_plugins

LABELS = Labels(zh_cn="标签", en="Label")


class Level(StrEnum):
    """How far up somebody is."""

    TOP = "top"
    BELOW = "below"


class Person(BaseModel):
    """Somebody of a chain."""

    known_as: str = Field(description="What people call them.")
    level: Level = Field(description="How far up.")


class Odd(StrEnum):
    """An enum with a member that GraphQL has no name for."""

    true = "true"


class Connection(BaseModel):
    """A class whose type is called like one of the API."""

    n: int = Field(description="A number.")


class Chain(BaseModel):
    """Who decides."""

    depth: int = Field(description="How many levels.")
    people: list[Person] = Field(description="Who.")
    since: date | None = Field(None, description="Since when.")


class Given(CustomerField):
    """A field with the values that it is told to have; counts how often it is asked."""

    labels = LABELS
    description = LABELS
    needs = frozenset({PersonTable})

    def __init__(self, result: Any, value: Any, key: str = "chain") -> None:
        self.result = result
        self.value = value
        self.key = key
        self.asked: list[tuple[str, ...]] = []

    @hookimpl
    def register_customer_fields(self) -> Sequence[CustomerField]:
        return [self]

    async def values(self, tables: Tables, now: datetime) -> Sequence[Any]:
        self.asked.append(tables.customers)
        found: Sequence[Any] = self.value(tables) if callable(self.value) else self.value
        return found


def people_of(tables: Tables) -> list[Chain]:
    people, counts = tables[PersonTable], tables[PersonTable].counts()
    return [
        Chain(
            depth=int(counts[n]),
            people=[
                Person(known_as=name, level=Level.TOP)
                for name in people.where(people.customer == n).name
            ],
        )
        for n in range(len(tables))
    ]


@pytest.fixture
async def ask(platform: Platform) -> Any:
    """Asks for a plugin's field of two customers, one of whom has people."""
    await save(
        platform,
        [
            Customer(key="a"),
            Customer(key="b"),
            DecisionMaker(key="p", customer="a", name="Li", role=DecisionRole.DECIDER),
        ],
        NOW,
    )

    async def run(field: CustomerField, selection: str) -> dict[str, Any]:
        run.platform = with_plugins(platform, acme=field)  # type: ignore[attr-defined]
        query = "{ customers(first: 5) { edges { node { key %s } } } }" % selection  # noqa: UP031
        return await Api(run.platform, NOW).run(query, {})  # type: ignore[attr-defined]

    return run


def told(answer: dict[str, Any], name: str) -> dict[str, Any]:
    nodes = [edge["node"] for edge in answer["data"]["customers"]["edges"]]
    return {one["key"]: one[name] for one in nodes}


async def test_a_typed_value_is_computed_for_all_customers_of_an_answer_at_once(ask: Any) -> None:
    field = Given(Chain, people_of)
    answer = await ask(field, "chain { depth people { knownAs level } since }")
    assert "errors" not in answer
    assert told(answer, "chain") == {
        "a": {"depth": 1, "people": [{"knownAs": "Li", "level": "TOP"}], "since": None},
        "b": {"depth": 0, "people": [], "since": None},
    }
    assert [sorted(one) for one in field.asked] == [["a", "b"]]


@pytest.mark.parametrize(
    ("result", "values", "expected"),
    [
        (int, [1, None], {"a": 1, "b": None}),
        (list[Level], [[Level.TOP], []], {"a": ["TOP"], "b": []}),
        (datetime, [NOW, None], {"a": NOW.isoformat(), "b": None}),
    ],
)
async def test_a_value_may_be_plain_or_a_list(
    ask: Any, result: Any, values: list[Any], expected: dict[str, Any]
) -> None:
    answer = await ask(Given(result, lambda tables: _by_key(tables, values)), "chain")
    assert told(answer, "chain") == expected


def _by_key(tables: Tables, values: list[Any]) -> list[Any]:
    return [values[key == "b"] for key in tables.customers]


def _raise(_: Tables) -> list[Any]:
    raise ZeroDivisionError("one by none")


def _exit(_: Tables) -> list[Any]:
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("result", "values", "reason"),
    [
        (int, _raise, "ZeroDivisionError: one by none"),
        (int, _exit, "it tried to end the process"),
        (int, [1], "it returned 1 values for 2 customers"),
        (int, ["1", "2"], "it returned something else than it said: Input should be a valid int"),
        (int, 7, "TypeError"),
        (Chain, [{"depth": 1}] * 2, "something else than it said"),
        (str, lambda tables: [len(tables[EventTable])] * 2, "was not asked for"),
    ],
)
async def test_a_field_that_fails_is_null_and_its_plugin_is_named(
    ask: Any, result: Any, values: Any, reason: str
) -> None:
    selection = "chain { depth }" if result is Chain else "chain"
    answer = await ask(Given(result, values), selection)
    assert told(answer, "chain") == {"a": None, "b": None}
    error = answer["errors"][0]
    assert error["extensions"]["code"] == "PLUGIN"
    assert "'acme'" in error["message"]
    assert reason in error["message"]
    [trouble] = ask.platform.host.guard.troubles
    assert trouble.part.plugin == "acme"
    assert trouble.failures == 1


@pytest.mark.parametrize(("result", "value"), [(int, 2**31), (float, float("nan"))])
async def test_a_number_that_no_answer_can_tell_is_an_error(
    ask: Any, result: Any, value: Any
) -> None:
    answer = await ask(Given(result, [value, None]), "chain")
    assert answer["errors"][0]["extensions"]["code"] == "PLUGIN"


async def test_a_field_that_blocks_holds_up_nobody_and_is_set_aside(
    ask: Any, forever: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customer_fields, "FIELD_SECONDS", 0.2)

    def block(_: Tables) -> list[int]:
        forever.wait()
        return []

    field = Given(int, block)
    answer = await ask(field, "chain")
    assert "did not end within 0.2 s" in answer["errors"][0]["message"]
    query = "{ customers(first: 5) { edges { node { key chain } } } }"
    again = await Api(ask.platform, NOW).run(query, {})
    assert "is set aside" in again["errors"][0]["message"]
    assert len(field.asked) == 1


def test_what_is_set_aside_is_tried_again_after_a_while_and_recovers() -> None:
    clock = [0.0]
    guard = CircuitBreaker(lambda: clock[0])
    host = host_of(acme=Given(int, [1]))
    part = host.customer_fields.part("chain")
    for _ in range(3):
        assert not guard.set_aside(part)
        guard.failed(part, ValueError("no"))
    assert guard.set_aside(part)
    clock[0] = 300.0
    assert not guard.set_aside(part)
    assert guard.call(part, 1.0, lambda: 7) == 7
    assert guard.troubles[0].failures == 3
    assert guard.troubles[0].in_a_row == 0


def test_the_schema_tells_labels_and_types() -> None:
    types = build_schema(host=host_of(acme=Given(Chain, [])))._schema.type_map
    field = cast("GraphQLObjectType", types["Customer"]).fields["chain"]
    assert field.description == "Label · 标签\n\nLabel\n\n标签"
    assert print_type(types["ChainChain"]) == (
        '"""Who decides."""\ntype ChainChain {\n  """How many levels."""\n  depth: Int!\n\n'
        '  """Who."""\n  people: [ChainPerson!]!\n\n  """Since when."""\n  since: Date\n}'
    )


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        (Given(int, [], key="created_at"), "a customer has a field 'createdAt' already"),
        (Given(Level, [], key="sort"), None),
        (Given(Odd, [], key="odd"), "Enum values cannot be named: true"),
        (Given(Chain, [], key="save"), None),
        (
            Given(Connection, [], key="membership_move"),
            "has a type 'MembershipMoveConnection' already",
        ),
    ],
)
def test_a_field_whose_name_is_taken_is_left_out_and_named(
    field: Given, reason: str | None
) -> None:
    host = host_of(acme=field)
    customer = cast("GraphQLObjectType", build_schema(host=host)._schema.type_map["Customer"])
    troubles = host.guard.troubles
    assert [one.reason for one in troubles if reason is None or reason not in one.reason] == []
    assert len(troubles) == (0 if reason is None else 1)
    assert str(customer.fields["createdAt"].type) == "DateTime!"


async def test_lists_of_a_plugin_count_towards_the_items_of_an_answer(ask: Any) -> None:
    answer = await ask(Given(list[int], [[1] * 9_000] * 2), "chain")
    assert answer["data"] is None
    assert "list items" in answer["errors"][0]["message"]
