"""Random shares of all customers."""

from __future__ import annotations

from tests.spec.conftest import Members

CUSTOMERS = """
customers:
key
a
b
c
d
e
f
g
h
"""
EVERYONE = set("abcdefgh")


def cohort(salt: str, **ends: float) -> dict[str, object]:
    return {"cohort": {"salt": salt, **ends}}


async def test_shares_of_one_salt_part_all_customers_without_overlap(members: Members) -> None:
    first = await members(CUSTOMERS, cohort("spring", to=0.5))
    second = await members(CUSTOMERS, {"cohort": {"salt": "spring", "from": 0.5}})
    assert first | second == EVERYONE
    assert not first & second
    assert first
    assert second


async def test_a_smaller_share_lies_within_a_larger_one(members: Members) -> None:
    smaller = await members(CUSTOMERS, cohort("spring", to=0.3))
    assert smaller <= await members(CUSTOMERS, cohort("spring", to=0.6))


async def test_another_salt_deals_customers_out_anew(members: Members) -> None:
    spring = await members(CUSTOMERS, cohort("spring", to=0.5))
    assert spring != await members(CUSTOMERS, cohort("autumn", to=0.5))


async def test_a_share_from_0_to_1_is_everyone(members: Members) -> None:
    assert await members(CUSTOMERS, cohort("spring")) == EVERYONE
