"""Conditions on decision-makers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.spec.conftest import Members

PEOPLE = """
customers:
key
empty
departments:
key   | customer | name   | function    | parent
a-it  | a        | IT     | IT          |
a-ops | a        | 运维部 | OPERATIONS  | a-it
b-fin | b        | 财务部 | FINANCE     |
decision_makers:
key | customer | title    | role           | influence | stance | department | reports_to
a1  | a        | CIO      | ECONOMIC_BUYER | 0.9       | 0.5    | a-it       |
a2  | a        | 运维经理 | ECONOMIC_BUYER | 0.7       | -0.5   | a-ops      | a1
a3  | a        |          | BLOCKER        | 0.1       |        |            | a2
b1  | b        | CFO      | DECIDER        | 0.8       | 1      | b-fin      |
b2  | b        |          |                |           |        |            |
events:
key | customer | type  | at  | person
1   | a        | visit | -2d | a2
2   | a        | visit | -1d | a2
3   | b        | visit | -1d |
"""


def people(where: Mapping[str, object], **times: int) -> dict[str, object]:
    return {"people": {"where": where, **times}}


async def test_at_least_one_person_is_enough_without_a_number(members: Members) -> None:
    assert await members(PEOPLE, people({"roles": ["DECIDER", "BLOCKER"]})) == {"a", "b"}


async def test_any_known_person_matches_an_empty_question(members: Members) -> None:
    assert await members(PEOPLE, people({})) == {"a", "b"}


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"atLeast": 2}, {"a"}),
        ({"atMost": 0}, {"b", "empty"}),
        ({"atLeast": 1, "atMost": 1}, set()),
        ({"atLeast": 2, "atMost": 2}, {"a"}),
    ],
)
async def test_persons_that_match_are_counted(
    members: Members, times: dict[str, int], expected: set[str]
) -> None:
    assert await members(PEOPLE, people({"roles": ["ECONOMIC_BUYER"]}, **times)) == expected


async def test_all_that_is_asked_must_hold_of_the_same_person(members: Members) -> None:
    both = {"roles": ["BLOCKER"], "influence": {"gte": 0.7}}
    assert await members(PEOPLE, people(both)) == set()


async def test_no_person_of_a_title_known(members: Members) -> None:
    assert await members(PEOPLE, people({"title": {"contains": "CFO"}}, atMost=0)) == {"a", "empty"}


@pytest.mark.parametrize(
    ("department", "expected"),
    [
        ({"functions": ["IT"]}, {"a"}),
        ({"functions": ["OPERATIONS"]}, set()),
        ({"name": {"contains": "财务"}}, set()),
    ],
)
async def test_a_department_includes_those_that_are_part_of_it(
    members: Members, department: dict[str, object], expected: set[str]
) -> None:
    assert await members(PEOPLE, people({"department": department}, atLeast=2)) == expected


async def test_exact_asks_for_the_person_s_own_department(members: Members) -> None:
    department = {"functions": ["IT"], "exact": True}
    assert await members(PEOPLE, people({"department": department}, atLeast=2)) == set()
    assert await members(PEOPLE, people({"department": department})) == {"a"}


async def test_name_and_function_must_be_of_one_department(members: Members) -> None:
    department = {"functions": ["IT"], "name": {"eq": "运维部"}}
    assert await members(PEOPLE, people({"department": department})) == set()


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"influence": {"gte": 0.8}}, {"a", "b"}),
        ({"stance": {"lt": 0}}, {"a"}),
        ({"stance": {"gte": 1}}, {"b"}),
        ({"chainDepth": {"eq": 2}}, {"a"}),
        ({"chainDepth": {"gte": 3}}, set()),
        ({"title": {"startsWith": "CF"}}, {"b"}),
    ],
)
async def test_numbers_and_titles_of_a_person_compare(
    members: Members, where: dict[str, object], expected: set[str]
) -> None:
    assert await members(PEOPLE, people(where)) == expected


async def test_what_this_very_person_did_counts_not_what_the_customer_did(members: Members) -> None:
    assert await members(PEOPLE, people({"did": {"type": "visit"}})) == {"a"}
    twice = {"roles": ["ECONOMIC_BUYER"], "did": {"type": "visit", "atLeast": 2}}
    assert await members(PEOPLE, people(twice)) == {"a"}
    assert await members(PEOPLE, people({"roles": ["DECIDER"], "did": {"type": "visit"}})) == set()


async def test_a_person_s_event_is_its_customer_s_too(members: Members) -> None:
    assert await members(PEOPLE, {"event": {"type": "visit", "atLeast": 2}}) == {"a"}
