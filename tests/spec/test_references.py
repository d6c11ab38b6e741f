"""Conditions on membership in saved segments."""

from __future__ import annotations

from tests.spec.conftest import Filter, Members, Saved

SCORES = """
metrics:
customer | key   | value
low      | score | 1
middle   | score | 5
high     | score | 9
relations:
customer | other  | kind
low      | middle | PARTNER
"""
GOOD = {"metric": {"key": "score", "number": {"gte": 5}}}
TOP = {"metric": {"key": "score", "number": {"gte": 9}}}


def segment(key: str) -> dict[str, object]:
    return {"segment": {"key": key}}


async def test_a_member_of_a_segment_matches_the_segment_s_filter(members: Members) -> None:
    assert await members(SCORES, segment("good"), {"good": GOOD}) == {"middle", "high"}
    assert await members(SCORES, {"not": segment("good")}, {"good": GOOD}) == {"low"}


async def test_a_segment_may_refer_to_others(members: Members) -> None:
    saved: dict[str, Filter] = {
        "good": GOOD,
        "top": TOP,
        "between": {"all": [segment("good"), {"not": segment("top")}]},
    }
    assert await members(SCORES, segment("between"), saved) == {"middle"}


async def test_related_customers_may_be_members_of_a_segment(members: Members) -> None:
    asked = {"related": {"where": segment("good")}}
    assert await members(SCORES, asked, {"good": GOOD}) == {"low"}


async def test_the_customers_on_a_list_are_the_members_of_its_segment(members: Members) -> None:
    lists: dict[str, Saved] = {"chosen": ["low", "high"], "nobody": []}
    assert await members(SCORES, segment("chosen"), lists) == {"low", "high"}
    assert await members(SCORES, {"not": segment("chosen")}, lists) == {"middle"}
    assert await members(SCORES, segment("nobody"), lists) == set()
    mixed = {"all": [segment("chosen"), {"not": GOOD}]}
    assert await members(SCORES, mixed, lists) == {"low"}


async def test_segments_and_related_customers_may_be_on_a_list(members: Members) -> None:
    saved: dict[str, Saved] = {"chosen": ["middle"], "either": {"any": [segment("chosen"), TOP]}}
    assert await members(SCORES, segment("either"), saved) == {"middle", "high"}
    assert await members(SCORES, {"related": {"where": segment("chosen")}}, saved) == {"low"}
