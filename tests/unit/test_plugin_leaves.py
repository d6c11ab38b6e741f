"""Leaves of plugins expand to checked filters; what a leaf does wrong is its plugin's fault."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import pytest
from graphql import GraphQLInputObjectType
from pydantic import BaseModel, Field, model_validator

from profilegraph.api.schema import NOTHING, build_schema
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Cardinality, Dimension, Taxonomy
from profilegraph.domain.values import Labels
from profilegraph.errors import InvalidFilter, InvalidInput, NotFound, PluginError
from profilegraph.hooks import SegmentLeaf, hookimpl
from profilegraph.hooks.hosting import expanding
from profilegraph.hooks.hosting.circuit_breaker import REST_SECONDS
from profilegraph.hooks.hosting.host import Host, shipped_taxonomies
from tests.support.plugins import host_of

LABELS = Labels(zh_cn="条件", en="Condition")
EVIL = "x'}) DETACH DELETE n //"


class Pace(StrEnum):
    """How fast."""

    SLOW = "slow"
    FAST = "fast"


class Span(BaseModel):
    """From when to when."""

    first_day: date = Field(description="The first day.")


class Wish(BaseModel):
    """What is asked."""

    within_days: int = Field(7, ge=1, description="Within how many days.")
    pace: Pace = Field(Pace.SLOW, description="How fast.")
    spans: list[Span] = Field([], description="When.")

    @model_validator(mode="after")
    def _no_thirteen(self) -> Wish:
        if self.within_days == 13:
            raise KeyError("a bug")
        return self


class Leaf(SegmentLeaf[Wish]):
    """Expands to whatever it is told to."""

    key = "my_leaf"
    labels = LABELS
    description = LABELS
    input: type[Any] = Wish

    def __init__(self, made: Callable[[Wish], Any]) -> None:
        self.made = made

    @hookimpl
    def register_leaves(self) -> Sequence[SegmentLeaf[Any]]:
        return [self]

    def expand(self, value: Wish) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.made(value)
        return found


def bought(value: Wish) -> dict[str, Any]:
    window = {"lastDays": value.within_days + len(value.spans) + (value.pace is Pace.FAST)}
    return {"event": {"type": "purchase", "window": window}}


def expanded(made: Callable[[Wish], Any], **asked: Any) -> dict[str, Any]:
    return host_of(acme=Leaf(made)).leaf("my_leaf").expanded(asked)


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ({}, 7),
        ({"within_days": 3}, 3),
        ({"withinDays": 3, "pace": "fast"}, 4),
        ({"spans": [{"firstDay": "2026-01-31"}, {"first_day": "2026-02-01"}]}, 9),
    ],
)
def test_a_leaf_expands_with_names_of_either_style(asked: dict[str, Any], days: int) -> None:
    assert expanded(bought, **asked)["event"]["window"] == {"lastDays": days}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"withinDays": 0}, "my_leaf: within_days: Input should be greater than or equal to 1"),
        ({"pace": EVIL}, "my_leaf: pace: Input should be 'slow' or 'fast'"),
        ({"spans": [{}]}, "my_leaf: spans.0.first_day: it is missing"),
    ],
)
def test_what_a_leaf_cannot_be_asked_is_the_asker_s_fault(asked: Any, told: str) -> None:
    host = host_of(acme=Leaf(bought))
    with pytest.raises(InvalidFilter) as caught:
        host.leaf("my_leaf").expanded(asked)
    assert told in str(caught.value)
    assert "Its fields: within_days, pace, spans." in caught.value.hint
    assert host.guard.troubles == ()


def _raise(error: BaseException) -> Callable[[Wish], Any]:
    def made(_: Wish) -> Any:
        raise error

    return made


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (_raise(ZeroDivisionError("one by none")), "ZeroDivisionError: one by none"),
        (_raise(SystemExit(1)), "it tried to end the process"),
        (lambda _: None, "it expands to no filter: filter: a condition is an object"),
        (lambda _: EVIL, "it expands to no filter"),
        (lambda _: {"cypher": EVIL}, "there is no condition 'cypher'"),
        (lambda _: {"event": {"type": EVIL}}, "it expands to no filter: filter.event.type"),
        (lambda _: {"event": {"type": "purchase", "cypher": EVIL}}, "it expands to no filter"),
        (lambda _: {"myLeaf": {}}, "there is no condition 'myLeaf'"),
        (lambda _: {"all": [{"any": []}] * 101, "any": []}, "exactly one key"),
        (lambda _: {"tags": {1, 2}}, "TypeError"),
    ],
)
def test_a_leaf_that_fails_or_makes_no_filter_is_named(
    made: Callable[[Wish], Any], reason: str
) -> None:
    host = host_of(acme=Leaf(made))
    with pytest.raises(PluginError, match=r"the plugin 'acme' failed \(leaf my_leaf\)") as caught:
        host.leaf("my_leaf").expanded({})
    assert reason in str(caught.value)
    assert host.guard.troubles[0].failures == 1


def test_a_bug_in_the_input_is_the_plugin_s_too() -> None:
    with pytest.raises(PluginError, match=r"'acme' failed .*KeyError: 'a bug'"):
        expanded(bought, within_days=13)


def test_a_leaf_may_refuse_what_contradicts_itself() -> None:
    host = host_of(acme=Leaf(_raise(InvalidInput("slow and fast."))))
    with pytest.raises(InvalidInput, match="slow and fast"):
        host.leaf("my_leaf").expanded({})
    assert host.guard.troubles == ()


def test_a_leaf_that_hangs_is_set_aside_at_once(
    forever: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expanding, "EXPAND_SECONDS", 0.1)
    host = host_of(acme=Leaf(lambda _: forever.wait()))
    with pytest.raises(PluginError, match=r"did not end within 0\.1 s"):
        host.leaf("my_leaf").expanded({})
    with pytest.raises(PluginError, match="is set aside"):
        host.leaf("my_leaf").expanded({})
    assert host.guard.troubles[0].failures == 1


def test_a_leaf_that_loops_is_ended_and_tried_again_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(expanding, "EXPAND_SECONDS", 0.1)
    made: list[dict[str, Any]] = []

    def loops_at_first(_: object) -> dict[str, Any]:
        made.append({"event": {"type": "purchase"}})
        while len(made) == 1:
            pass
        return made[-1]

    host = host_of(acme=Leaf(loops_at_first))
    clock = [0.0]
    monkeypatch.setattr(host.guard, "_clock", lambda: clock[0])
    with pytest.raises(PluginError, match="did not end"):
        host.leaf("my_leaf").expanded({})
    stuck = host.guard.troubles[0].stuck
    assert stuck is not None
    assert isinstance(stuck.exception(60), PluginError)  # no core is kept
    with pytest.raises(PluginError, match="is set aside"):
        host.leaf("my_leaf").expanded({})
    clock[0] = REST_SECONDS
    assert host.leaf("my_leaf").expanded({}) == {"event": {"type": "purchase"}}


def test_what_was_expanded_changes_no_more() -> None:
    kept: dict[str, Any] = {"event": {"type": "purchase"}}
    made = expanded(lambda _: kept)
    kept["event"]["type"] = EVIL
    assert made == {"event": {"type": "purchase"}}


def test_an_unknown_leaf_is_answered_with_the_nearest() -> None:
    with pytest.raises(NotFound, match="Did you mean my_leaf"):
        host_of(acme=Leaf(bought)).leaf("my_laef")


def filters(host: Host, catalogue: Catalogue = NOTHING) -> GraphQLInputObjectType:
    found = build_schema(catalogue, host)._schema.type_map["FilterInput"]
    assert isinstance(found, GraphQLInputObjectType)
    return found


def test_a_leaf_is_a_typed_field_of_the_filter() -> None:
    field = filters(host_of(acme=Leaf(bought))).fields["myLeaf"]
    assert {name: str(one.type) for name, one in field.type.fields.items()} == {
        "withinDays": "Int", "pace": "MyLeafPace", "spans": "[MyLeafSpansInput!]",
    }  # fmt: skip


class Customers(BaseModel):
    customer: Span = Field(description="Named so that its type is called SaveCustomerInput.")


class Odd(StrEnum):
    """An enum with a member that GraphQL has no name for."""

    true = "true"


class Odds(BaseModel):
    odd: Odd = Field(Odd.true, description="Odd.")


@pytest.mark.parametrize(
    ("key", "asked", "reason"),
    [
        ("save", Customers, "the API has a type 'SaveCustomerInput' already"),
        ("pace_tags", Wish, "the API has a type 'PaceTagsCondition' already"),
        ("odd", Odds, "Enum values cannot be named: true"),
    ],
)
def test_a_leaf_that_the_api_cannot_tell_does_not_take_the_api_down(
    key: str, asked: type[BaseModel], reason: str
) -> None:
    leaf, other = Leaf(bought), Leaf(bought)
    leaf.key, leaf.input = key, asked
    host = host_of(acme=leaf, other=other)
    dimension = Dimension(key="pace", labels=LABELS, cardinality=Cardinality.SINGLE)
    catalogue = Catalogue.of(
        [Taxonomy(key="t", version="1.0.0", labels=LABELS, dimensions=(dimension,))]
    )
    fields = filters(host, catalogue).fields
    assert {"tags", "pace", "myLeaf"} <= fields.keys()
    assert key not in fields
    [trouble] = host.guard.troubles
    assert trouble.part.plugin == "acme"
    assert reason in trouble.reason


def test_a_leaf_that_names_what_no_taxonomy_has_is_the_plugin_s_fault() -> None:
    catalogue = Catalogue.of(shipped_taxonomies())
    gone = {"tags": {"dimension": "mood", "anyOf": ["happy"]}}
    host = host_of(acme=Leaf(lambda _: gone))
    with pytest.raises(PluginError, match=r"'acme' failed \(leaf my_leaf\)") as caught:
        host.conditions(catalogue)["myLeaf"]({})
    assert "it expands to what no taxonomy in use has: no dimension is called 'mood'" in str(
        caught.value
    )
    assert host.guard.troubles[0].part.plugin == "acme"


def test_what_a_leaf_takes_from_the_asker_is_the_asker_s_fault() -> None:
    class Word(Wish):
        """What is asked, and of what."""

        event: str = Field(description="Which type of event.")

    class Passing(Leaf):
        input = Word

    def passed(asked: Wish) -> dict[str, Any]:
        return {"event": {"type": asked.model_dump()["event"]}}

    catalogue = Catalogue.of(shipped_taxonomies())
    host = host_of(acme=Passing(passed))
    assert host.conditions(catalogue)["myLeaf"]({"event": "purchase"})
    with pytest.raises(InvalidFilter, match="my_leaf: no event type is called 'purchsae'"):
        host.conditions(catalogue)["myLeaf"]({"event": "purchsae"})
    assert host.guard.troubles == ()
