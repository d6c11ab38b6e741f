"""Each check of rights is needed: without it, the test of what it protects fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

import pytest

from profilegraph.domain.records.customers import Identity
from tests.api import test_rights as rights
from tests.api.conftest import Api

owned = rights.owned
Test = Callable[[Api], Awaitable[None]]


def nothing(*_: Any, **__: Any) -> None:
    """Stands in for a check that is not made."""


async def later_nothing(*_: Any, **__: Any) -> None:
    """Stands in for one that is awaited."""


async def all_of(_: Any, customers: Collection[str], *__: Any) -> Collection[str]:
    return customers


async def unmasked(
    _: Any, identities: dict[str, Sequence[Identity]], __: Any
) -> dict[str, Sequence[Identity]]:
    return identities


async def none_admitted(*_: Any) -> list[Any]:
    return []


async def as_read(_: Any, facts: Any, __: Any) -> Any:
    return facts


def given(test: Callable[..., Awaitable[None]], *arguments: Any) -> Test:
    return lambda api: test(api, *arguments)


ROWS = given(
    rights.test_each_role_is_answered_about_its_own_rows, "sales", "li", {"a", "b"}, {"a", "b"}
)
LOOKED_UP = given(
    rights.test_who_may_not_see_contact_data_cannot_look_customers_up_by_it, ("analyst",)
)
TABLE = given(
    rights.test_each_role_may_ask_for_the_fields_of_the_table_and_for_no_others, "partner"
)
CHECKS: dict[str, tuple[Any, Test]] = {
    "api.runtime.operations.refusals": (lambda *_: [], TABLE),
    "api.runtime.executor._permit": (
        nothing,
        rights.test_a_refused_request_reads_nothing_and_says_what_is_missing,
    ),
    "services.platform.Platform.scope": (nothing, ROWS),
    "api.customers.loaders.visible": (
        all_of,
        rights.test_a_customer_out_of_rows_is_as_one_that_does_not_exist,
    ),
    "services.segments.service._seen": (
        as_read,
        rights.test_a_customer_out_of_rows_is_as_one_that_does_not_exist,
    ),
    "api.customers.loaders.shown": (
        unmasked,
        rights.test_contact_data_is_masked_without_the_permission,
    ),
    "services.access.contacts.visible": (
        all_of,
        rights.test_contact_data_of_others_customers_is_masked_with_two_roles,
    ),
    "api.queries.require_contacts": (nothing, LOOKED_UP),
    "services.customers.records.require_visible": (
        later_nothing,
        rights.test_what_is_written_to_a_hidden_customer_is_refused_as_to_none,
    ),
    "services.customers.records._admitted": (
        none_admitted,
        rights.test_what_is_written_to_a_hidden_customer_is_refused_as_to_none,
    ),
    "services.access.explaining.require_visible": (
        later_nothing,
        rights.test_why_a_customer_may_be_seen_is_told_with_the_path,
    ),
    "services.access.roles.require_roles": (
        later_nothing,
        rights.test_roles_are_saved_assigned_and_kept_while_somebody_has_them,
    ),
    "services.access.rows.check": (
        lambda *_: None,
        rights.test_a_filter_of_rows_names_no_segment_and_nothing_unknown,
    ),
}
"""By what is taken away: what stands in for it, and the test that fails then."""


@pytest.mark.parametrize("check", CHECKS)
async def test_without_a_check_a_test_fails(
    owned: Api, monkeypatch: pytest.MonkeyPatch, check: str
) -> None:
    stand_in, test = CHECKS[check]
    monkeypatch.setattr(f"profilegraph.{check}", stand_in)
    with pytest.raises((AssertionError, KeyError, ValueError)):
        await test(owned)
