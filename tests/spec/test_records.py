"""Conditions on opportunities, follow-ups, channels and consents."""

from __future__ import annotations

import pytest

from tests.spec.conftest import Members

SALES = """
customers:
key
none
decision_makers:
key | customer | role
a1  | a        | DECIDER
a2  | a        | USER
opportunities:
key | customer | name    | stage    | amount | close_date | outcome | reason
1   | a        | Seats   | contract | 100.50 | 2026-03-01 | WON     |
2   | a        | Renewal | proposal | 20     | 2026-03-20 | OPEN    |
3   | b        | Seats   | proposal |        | 2026-01-10 | LOST    | price too high
participations:
person | opportunity | role
a1     | 1           | ECONOMIC_BUYER
a2     | 2           | USER
"""


def opportunity(where: dict[str, object], **times: int) -> dict[str, object]:
    return {"opportunity": {"where": where, **times}}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, {"a", "b"}),
        ({"stages": ["contract", "paid"]}, {"a"}),
        ({"outcomes": ["LOST", "OPEN"]}, {"a", "b"}),
        ({"name": {"eq": "Renewal"}}, {"a"}),
        ({"amount": {"gte": 100.5}}, {"a"}),
        ({"closeDate": {"inNextDays": 30}}, {"a"}),
        ({"closeDate": {"lt": "2026-02-01"}}, {"b"}),
        ({"reason": {"contains": "price"}}, {"b"}),
        ({"outcomes": ["OPEN"], "amount": {"gt": 20}}, set()),
    ],
)
async def test_an_opportunity_matches_by_what_it_is(
    members: Members, where: dict[str, object], expected: set[str]
) -> None:
    assert await members(SALES, opportunity(where)) == expected


@pytest.mark.parametrize(
    ("times", "expected"),
    [({"atLeast": 2}, {"a"}), ({"atMost": 0}, {"none"}), ({"atMost": 1}, {"b", "none"})],
)
async def test_opportunities_are_counted(
    members: Members, times: dict[str, int], expected: set[str]
) -> None:
    assert await members(SALES, opportunity({}, **times)) == expected


async def test_a_person_takes_part_in_an_opportunity_in_a_role_of_its_own(
    members: Members,
) -> None:
    def taking(part: dict[str, object], **person: object) -> dict[str, object]:
        return {"people": {"where": {"takesPartIn": part, **person}}}

    assert await members(SALES, taking({})) == {"a"}
    assert await members(SALES, taking({"roles": ["ECONOMIC_BUYER"]}, roles=["DECIDER"])) == {"a"}
    assert await members(SALES, taking({"where": {"outcomes": ["WON"]}}, roles=["USER"])) == set()
    assert await members(SALES, taking({"where": {"outcomes": ["LOST"]}})) == set()


FOLLOW_UPS = """
customers:
key
none
employees:
key
li
wang
follow_ups:
key | customer | kind  | at   | employee | note          | outcome
1   | a        | CALL  | -40d | li       | asked a price |
2   | a        | VISIT | -3d  | wang     |               | wants a quote
3   | b        | CALL  | -3d  |          |               |
4   | b        | CALL  | +1d  | li       |               |
"""


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"a", "b"}),
        ({"atLeast": 2}, {"a"}),
        ({"atMost": 0}, {"none"}),
        ({"kinds": ["VISIT", "MEETING"]}, {"a"}),
        ({"window": {"lastDays": 30}, "kinds": ["CALL"]}, {"b"}),
        ({"employees": ["li"]}, {"a"}),
        ({"employees": ["li", "wang"], "atLeast": 2}, {"a"}),
        ({"note": {"contains": "price"}}, {"a"}),
        ({"outcome": {"contains": "quote"}}, {"a"}),
        ({"note": {"contains": "price"}, "kinds": ["VISIT"]}, set()),
    ],
)
async def test_follow_ups_are_counted_up_to_now(
    members: Members, fields: dict[str, object], expected: set[str]
) -> None:
    assert await members(FOLLOW_UPS, {"followUp": fields}) == expected


CHANNELS = """
customers:
key
none
channels:
key    | parent
ads    |
search | ads
fair   |
arrivals:
customer | channel | at
a        | search  | -10d
a        | search  | -1d
b        | ads     | -1d
c        | fair    | +1d
"""


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"a", "b"}),
        ({"channels": ["ads"]}, {"a", "b"}),
        ({"channels": ["ads"], "exact": True}, {"b"}),
        ({"channels": ["search"]}, {"a"}),
        ({"channels": ["fair"]}, set()),
        ({"channels": ["search"], "atLeast": 2}, {"a"}),
        ({"window": {"lastDays": 5}, "atLeast": 2}, set()),
        ({"atMost": 0}, {"none", "c"}),
    ],
)
async def test_a_channel_includes_those_below_it(
    members: Members, fields: dict[str, object], expected: set[str]
) -> None:
    assert await members(CHANNELS, {"channel": fields}) == expected


CONSENTS = """
customers:
key
none
consents:
key | customer | purpose | granted | at
1   | yes      | email   | true    | -5d
2   | changed  | email   | true    | -5d
3   | changed  | email   | false   | -1d
4   | changed  | phone   | true    | -9d
5   | torn     | email   | false   | -1d
6   | torn     | email   | true    | -1d
7   | later    | email   | true    | -1d
8   | later    | email   | false   | +1d
"""


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"yes", "changed", "later"}),
        ({"purposes": ["email"]}, {"yes", "later"}),
        ({"purposes": ["email"], "granted": False}, {"changed", "torn"}),
        ({"purposes": ["email", "phone"], "atLeast": 2}, set()),
        ({"atMost": 0}, {"torn", "none"}),
        ({"window": {"lastDays": 3}}, {"later"}),
        ({"granted": False, "atMost": 0}, {"yes", "later", "none"}),
    ],
)
async def test_the_latest_word_for_a_purpose_counts_and_of_two_at_once_the_refusal(
    members: Members, fields: dict[str, object], expected: set[str]
) -> None:
    assert await members(CONSENTS, {"consent": fields}) == expected
