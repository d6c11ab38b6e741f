"""Conditions on related customers."""

from __future__ import annotations

import pytest

from tests.spec.conftest import Members

GROUP = """
customers:
key
alone
relations:
customer | other  | kind
holding  | north  | SUBSIDIARY
holding  | south  | SUBSIDIARY
plant    | north  | PARENT
plant    | dealer | PARTNER
metrics:
customer | key   | value
holding  | score | 9
north    | score | 1
plant    | score | 5
dealer   | score | 7
"""
SCORED = {"metric": {"key": "score", "number": {"gte": 5}}}


def related(**fields: object) -> dict[str, object]:
    return {"related": fields}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"holding", "north", "south", "plant", "dealer"}),
        ({"kinds": ["PARENT"]}, {"north", "south", "plant"}),
        ({"kinds": ["SUBSIDIARY"]}, {"holding", "north"}),
        ({"kinds": ["PARTNER"]}, {"plant", "dealer"}),
        ({"kinds": ["PARENT", "SUBSIDIARY"], "atLeast": 2}, {"holding", "north"}),
        ({"atMost": 0}, {"alone"}),
    ],
)
async def test_a_relation_is_seen_from_both_ends(
    members: Members, fields: dict[str, object], expected: set[str]
) -> None:
    assert await members(GROUP, related(**fields)) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kinds": ["PARENT"], "distance": 2, "atLeast": 2}, {"plant"}),
        ({"kinds": ["SUBSIDIARY"], "distance": 2, "atLeast": 3}, {"holding"}),
        ({"distance": 2, "atLeast": 3}, {"holding", "north", "plant"}),
        ({"distance": 5, "atLeast": 4}, {"holding", "north", "south", "plant", "dealer"}),
        ({"kinds": ["PARENT", "PARTNER"], "distance": 3, "atLeast": 3}, {"plant", "dealer"}),
    ],
)
async def test_every_step_up_to_the_distance_is_of_the_kinds_asked_for(
    members: Members, fields: dict[str, object], expected: set[str]
) -> None:
    assert await members(GROUP, related(**fields)) == expected


async def test_a_customer_reached_on_several_ways_counts_once_and_the_customer_itself_never(
    members: Members,
) -> None:
    ring = """
    relations:
    customer | other | kind
    a        | b     | PARTNER
    b        | c     | PARTNER
    c        | a     | PARTNER
    """
    assert await members(ring, related(distance=5, atLeast=2)) == {"a", "b", "c"}
    assert await members(ring, related(distance=5, atLeast=3)) == set()


async def test_related_customers_match_a_filter_of_their_own(members: Members) -> None:
    assert await members(GROUP, related(where=SCORED)) == {"north", "south", "plant", "dealer"}
    two = related(where=SCORED, distance=5, atLeast=3)
    assert await members(GROUP, two) == {"north", "south"}
    assert await members(GROUP, related(where={"not": SCORED})) == {"holding", "plant"}


async def test_the_filter_of_related_customers_may_ask_for_their_related_customers(
    members: Members,
) -> None:
    partner_scored = related(kinds=["PARTNER"], where=SCORED)
    assert await members(GROUP, related(kinds=["SUBSIDIARY"], where=partner_scored)) == {"north"}
    back = related(kinds=["PARENT"], where=related(kinds=["SUBSIDIARY"], atLeast=2))
    assert await members(GROUP, back) == {"north", "south"}
