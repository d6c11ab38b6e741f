"""Conditions on those of us who own customers."""

from __future__ import annotations

import pytest

from tests.spec.conftest import Members

OWNERS = """
customers:
key
none
teams:
key     | parent
china   |
north   | china
beijing | north
japan   |
employees:
key  | team
li   | beijing
wang | north
sato | japan
free |
ownerships:
employee | customer | since
li       | a        | -100d
wang     | a        | -5d
sato     | b        | -5d
free     | c        | -100d
li       | d        | +1d
"""


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"a", "b", "c"}),
        ({"atLeast": 2}, {"a"}),
        ({"atMost": 0}, {"none", "d"}),
        ({"employees": ["li", "free"]}, {"a", "c"}),
        ({"window": {"lastDays": 30}}, {"a", "b"}),
        ({"employees": ["li"], "window": {"lastDays": 30}}, set()),
    ],
)
async def test_owners_are_counted_from_when_they_own_the_customer(
    members: Members, fields: dict[str, object], expected: set[str]
) -> None:
    assert await members(OWNERS, {"owner": fields}) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"a", "b"}),
        ({"teams": ["china"]}, {"a"}),
        ({"teams": ["north"], "atLeast": 2}, {"a"}),
        ({"teams": ["north"], "atLeast": 2, "exact": True}, set()),
        ({"teams": ["beijing", "japan"]}, {"a", "b"}),
        ({"teams": ["china"], "exact": True}, set()),
        ({"teams": ["china"], "atMost": 0}, {"none", "b", "c", "d"}),
    ],
)
async def test_a_team_includes_those_below_it_unless_asked_for_exactly(
    members: Members, fields: dict[str, object], expected: set[str]
) -> None:
    assert await members(OWNERS, {"team": fields}) == expected
