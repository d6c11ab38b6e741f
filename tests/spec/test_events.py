"""Conditions on what customers did."""

from __future__ import annotations

import pytest

from tests.spec.conftest import Members

VISITS = """
customers:
key
never
events:
key | customer | type     | at   | channel | content      | amount
1   | once     | visit    | -10d | web     | pricing page |
2   | twice    | visit    | -10d | web     | home         |
3   | twice    | visit    | -2d  | app     | pricing page |
4   | thrice   | visit    | -3d  | web     | home         |
5   | thrice   | visit    | -2d  | web     | home         |
6   | thrice   | visit    | now  | web     |              |
7   | buyer    | purchase | -1d  | shop    |              | 12.50
8   | buyer    | purchase | -1d  | shop    |              | 0.10
9   | later    | visit    | +1s  | web     | pricing page |
"""


def event(kind: str, **fields: object) -> dict[str, object]:
    return {"event": {"type": kind, **fields}}


async def test_without_a_number_once_is_enough(members: Members) -> None:
    assert await members(VISITS, event("visit")) == {"once", "twice", "thrice"}


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"atLeast": 2}, {"twice", "thrice"}),
        ({"atMost": 2}, {"never", "once", "twice", "buyer", "later"}),
        ({"atLeast": 1, "atMost": 2}, {"once", "twice"}),
        ({"atLeast": 2, "atMost": 2}, {"twice"}),
        ({"atMost": 0}, {"never", "buyer", "later"}),
        ({"atLeast": 0}, {"never", "once", "twice", "thrice", "buyer", "later"}),
    ],
)
async def test_times_are_counted_zero_included(
    members: Members, times: dict[str, int], expected: set[str]
) -> None:
    assert await members(VISITS, event("visit", **times)) == expected


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ({"lastDays": 3}, {"twice", "thrice"}),
        ({"lastDays": 10}, {"twice", "thrice"}),
        ({"lastDays": 11}, {"once", "twice", "thrice"}),
        ({"since": "2026-02-26T12:00:00Z"}, {"twice", "thrice"}),
        ({"until": "2026-02-26T12:00:00Z"}, {"once", "twice"}),
        (
            {"since": "2026-02-27T20:00:00+08:00", "until": "2026-02-28T12:00:00Z"},
            {"twice", "thrice"},
        ),
        ({"since": "2026-03-01T12:00:00Z"}, {"thrice"}),
    ],
)
async def test_a_window_includes_its_start_and_now_but_not_its_end(
    members: Members, window: dict[str, object], expected: set[str]
) -> None:
    assert await members(VISITS, event("visit", window=window)) == expected


async def test_times_are_counted_within_the_window(members: Members) -> None:
    found = await members(VISITS, event("visit", atLeast=3, window={"lastDays": 3}))
    assert found == set()
    assert await members(VISITS, event("visit", atLeast=3, window={"lastDays": 4})) == {"thrice"}


async def test_what_lies_after_now_has_not_happened(members: Members) -> None:
    assert "later" not in await members(VISITS, event("visit", content={"contains": "pricing"}))


async def test_channels_narrow_what_is_counted(members: Members) -> None:
    assert await members(VISITS, event("visit", channels=["app", "mail"])) == {"twice"}


async def test_content_narrows_what_is_counted(members: Members) -> None:
    found = await members(VISITS, event("visit", content={"contains": "pricing"}))
    assert found == {"once", "twice"}


async def test_an_amount_compares_exactly_and_an_event_without_one_does_not_match(
    members: Members,
) -> None:
    assert await members(VISITS, event("purchase", amount={"eq": 0.1})) == {"buyer"}
    assert await members(VISITS, event("purchase", atLeast=2, amount={"gt": 0.1})) == set()
    assert await members(VISITS, event("visit", amount={"gte": 0})) == set()
