"""A command is told from another by what was asked, and by nothing else."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest

import profilegraph.services
from profilegraph.domain.audit import AuditTargets
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer
from profilegraph.domain.segments import SegmentState
from profilegraph.domain.values import Labels
from profilegraph.language.codec import decode
from profilegraph.language.nodes import EVERYONE
from profilegraph.services.commands import ChangeCommand
from profilegraph.services.customers.records import SaveRecords, TagCustomers
from profilegraph.services.segments.service import SaveSegment

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LABELS = Labels(zh_cn="温", en="Warm")
WARM = decode({"tags": {"dimension": "temperature", "anyOf": ["warm"]}})
SAVE = SaveSegment("s", LABELS, WARM, "why")


@dataclass(frozen=True)
class _Nameless(ChangeCommand):
    @property
    def targets(self) -> AuditTargets:
        return AuditTargets()


@dataclass(frozen=True)
class _Ask(_Nameless):
    value: Any
    moment: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True)
class _AskOtherwise(_Nameless):
    value: Any


def commands() -> Iterator[type[ChangeCommand]]:
    found = pkgutil.walk_packages(profilegraph.services.__path__, "profilegraph.services.")
    for module in [import_module(one.name) for one in found if ".scaffold" not in one.name]:
        for one in vars(module).values():
            if (
                isinstance(one, type)
                and issubclass(one, ChangeCommand)
                and one is not ChangeCommand
            ):
                yield one


def test_equal_commands_have_one_digest_whatever_the_order_of_what_they_hold() -> None:
    assert SAVE.digest == SaveSegment("s", LABELS, WARM, "why").digest
    assert _Ask({"a": 1, "b": 2}).digest == _Ask({"b": 2, "a": 1}).digest
    assert _Ask(frozenset("abc")).digest == _Ask(frozenset("cba")).digest
    assert len(SAVE.digest) == 64


@pytest.mark.parametrize(
    "other",
    [
        {"key": "t"},
        {"labels": Labels(en="Warm")},
        {"filter": EVERYONE},
        {"note": ""},
        {"state": SegmentState.DRAFT},
        {"base_version": 0},
    ],
)
def test_each_field_tells_commands_apart(other: Mapping[str, Any]) -> None:
    assert replace(SAVE, **other).digest != SAVE.digest


def test_each_command_says_itself_what_the_audit_log_names_of_it() -> None:
    found = set(commands())
    assert len(found) > 25
    assert {one.__name__ for one in found if "targets" not in vars(one)} == set()


def test_a_command_that_does_not_say_what_it_is_about_cannot_be_made() -> None:
    @dataclass(frozen=True)
    class Silent(ChangeCommand):
        key: str

    with pytest.raises(TypeError, match="targets"):
        Silent("a")  # type: ignore[abstract]


def test_the_same_values_in_another_command_are_another_request() -> None:
    assert _Ask("x").digest != _AskOtherwise("x").digest


def test_what_looks_alike_is_told_apart() -> None:
    values = [None, "", "1", 1, [1], {"1": 1}, [[1]], "None", ["1"], Customer(key="1")]
    assert len({_Ask(value).digest for value in values}) == len(values)


def test_the_moment_of_a_request_is_no_part_of_what_it_asks_for() -> None:
    assert _Ask(1, NOW).digest == _Ask(1).digest
    assert [one.name for one in fields(TagCustomers)] == ["customers", "tags"]


def test_a_field_that_was_cleared_is_not_one_that_was_left_out() -> None:
    left_out, cleared = Customer(key="a"), Customer(key="a", name=None)
    assert SaveRecords((left_out,)).digest != SaveRecords((cleared,)).digest


def test_records_are_told_by_kind_order_and_every_value_that_was_given() -> None:
    bought = Event(key="e", customer="a", type="purchase", at=NOW, amount=Decimal("1.50"))
    other = bought.model_copy(update={"amount": Decimal("1.51")})
    a, b = Customer(key="a"), Customer(key="b")
    asked = [(a, b), (b, a), (a,), (bought,), (other,)]
    assert len({SaveRecords(records).digest for records in asked}) == len(asked)


def test_what_has_no_canonical_form_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no canonical form"):
        _ = _Ask(object()).digest


def test_every_command_is_frozen() -> None:
    found = set(commands())
    assert len(found) > 20
    assert not [one for one in found if not one.__dataclass_params__.frozen]  # type: ignore[attr-defined]
