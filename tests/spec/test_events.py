"""Conditions on what customers did."""

from __future__ import annotations

from collections.abc import Mapping

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


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"total": {"eq": 12.6}}, {"buyer"}),
        ({"total": {"gt": 12.6}}, set()),
        ({"total": {"lt": 1}}, {"never", "once", "twice", "thrice", "later"}),
        ({"total": {"gt": 0}, "amount": {"lt": 1}}, {"buyer"}),
        ({"total": {"gte": 1}, "amount": {"lt": 1}}, set()),
        ({"total": {"gte": 1}, "channels": ["web"]}, set()),
        ({"total": {"gte": 1}, "window": {"until": "2026-02-28T00:00:00Z"}}, set()),
    ],
)
async def test_amounts_add_up_exactly_and_no_event_adds_up_to_nothing(
    members: Members, fields: dict[str, object], expected: set[str]
) -> None:
    asked = {"eventTotal": {"type": "purchase", **fields}}
    assert await members(VISITS, asked) == expected


HUGE = """
events:
key | customer | type     | at  | channel | content | amount
1   | first    | purchase | -1d | shop    |         | 400000000000000.25
2   | second   | purchase | -1d | shop    |         | 400000000000000.5
3   | third    | purchase | -1d | shop    |         | 400000000000000.75
4   | fourth   | purchase | -1d | shop    |         | -400000000000000
"""


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        ({"gt": 400_000_000_000_000}, {"first", "second", "third"}),
        ({"gt": 400_000_000_000_000.5}, {"third"}),
        ({"lt": 0}, {"fourth"}),
    ],
)
async def test_amounts_of_customers_add_up_exactly_also_where_those_of_all_pass_64_bits(
    members: Members, total: dict[str, float], expected: set[str]
) -> None:
    asked = {"eventTotal": {"type": "purchase", "total": total}}
    assert await members(HUGE, asked) == expected


STOPPING = """
events:
key | customer | type     | at   | channel | content | amount
1   | stopped  | visit    | -50d | web     | pricing |
2   | stopped  | visit    | -40d | web     | home    |
3   | goes_on  | visit    | -50d | web     | pricing |
4   | goes_on  | visit    | -5d  | app     | home    |
5   | new      | visit    | -5d  | web     | pricing |
6   | ordered  | visit    | -9d  | web     | home    |
7   | ordered  | visit    | -3d  | web     | pricing |
8   | ordered  | purchase | -2d  | shop    |         | 5
9   | at_once  | visit    | -3d  | web     | pricing |
10  | at_once  | purchase | -3d  | shop    |         | 5
"""


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"stopped"}),
        ({"atLeast": 2}, {"stopped"}),
        ({"atLeast": 3}, set()),
        ({"content": {"eq": "pricing"}}, {"stopped", "goes_on"}),
        ({"channels": ["app"]}, set()),
    ],
)
async def test_stopped_is_done_in_one_span_and_not_once_in_the_newer_one(
    members: Members, fields: dict[str, object], expected: set[str]
) -> None:
    spans = {
        "did": {"lastDays": 90, "until": "2026-01-31T12:00:00Z"},
        "didNot": {"lastDays": 30},
    }
    assert await members(STOPPING, {"stopped": {"type": "visit", **spans, **fields}}) == expected


def sequence(
    first: Mapping[str, object], then: Mapping[str, object], **more: object
) -> dict[str, object]:
    return {"sequence": {"first": first, "then": then, **more}}


VISIT: dict[str, object] = {"type": "visit"}
PURCHASE: dict[str, object] = {"type": "purchase"}


async def test_in_a_sequence_the_second_comes_later_within_so_many_days(members: Members) -> None:
    assert await members(STOPPING, sequence(VISIT, PURCHASE, withinDays=1)) == {"ordered"}
    assert await members(STOPPING, sequence(PURCHASE, VISIT, withinDays=90)) == set()
    home = {"type": "visit", "content": {"eq": "home"}}
    assert await members(STOPPING, sequence(home, PURCHASE, withinDays=6)) == set()
    assert await members(STOPPING, sequence(home, PURCHASE, withinDays=7)) == {"ordered"}


async def test_a_sequence_may_be_of_one_type_and_needs_two_events(members: Members) -> None:
    found = await members(STOPPING, sequence(VISIT, VISIT, withinDays=90))
    assert found == {"stopped", "goes_on", "ordered"}


async def test_both_events_of_a_sequence_lie_in_the_window(members: Members) -> None:
    late = sequence(VISIT, PURCHASE, withinDays=1, window={"since": "2026-02-27T00:00:00Z"})
    assert await members(STOPPING, late) == set()
    early = sequence(VISIT, PURCHASE, withinDays=1, window={"lastDays": 4})
    assert await members(STOPPING, early) == {"ordered"}
