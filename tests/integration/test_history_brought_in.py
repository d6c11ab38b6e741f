"""History that is older than the platform, told with its own dates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from profilegraph.domain.records.activity import Opportunity, Participation
from profilegraph.domain.records.customers import Customer
from profilegraph.domain.records.organisation import (
    DecisionMaker,
    DecisionRole,
    Department,
    DepartmentFunction,
)
from profilegraph.domain.values import Record
from profilegraph.errors import Conflict
from profilegraph.language.codec import decode
from profilegraph.language.facts import Past
from profilegraph.language.nodes import Node
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform
from profilegraph.services.segments import service
from tests.conftest import NOW

IT, HR = DepartmentFunction.IT, DepartmentFunction.HUMAN_RESOURCES
DAY = timedelta(days=1)
EARLY, LATE = NOW - 100 * DAY, NOW - 50 * DAY


def stage(name: str) -> Node:
    return decode({"opportunity": {"where": {"stages": [name]}}})


def people(**where: Any) -> Node:
    return decode({"people": {"where": where}})


async def held(platform: Platform, node: Node, days: int) -> bool:
    """Whether `a` matched so many days ago, by Cypher and by its explanation."""
    when = Past(NOW - days * DAY, NOW) if days else NOW
    count = await service.count(platform, node, when)
    verdict = await service.explain_member(platform, node, "a", when)
    assert verdict.holds is bool(count)
    return verdict.holds


@pytest.fixture
async def old(platform: Platform) -> Platform:
    await save(platform, [Customer(key="a", created_at=NOW - 365 * DAY)], NOW)
    return platform


async def test_the_stages_of_an_opportunity_are_told_with_their_dates_in_any_order(
    old: Platform,
) -> None:
    told = [
        Opportunity(key="o", customer="a", stage="contract", since=LATE),
        Opportunity(key="o", customer="a", stage="proposal", since=EARLY),
        Opportunity(key="o", customer="a", stage="paid"),
    ]
    await save(old, told, NOW)
    stages = ("proposal", "contract", "paid")
    for days, expected in ((120, None), (80, "proposal"), (30, "contract"), (0, "paid")):
        assert [one for one in stages if await held(old, stage(one), days)] == (
            [] if expected is None else [expected]
        )


async def test_who_was_where_in_which_role_is_told_with_its_dates(old: Platform) -> None:
    told: list[Record] = [
        Opportunity(key="o", customer="a", stage="proposal", since=EARLY),
        Department(key="it", customer="a", function=IT, since=EARLY),
        Department(key="hr", customer="a", function=HR, since=EARLY),
        DecisionMaker(key="p", customer="a", title="Engineer", department="it", since=EARLY),
        DecisionMaker(key="p", customer="a", title="Head", department="hr", since=LATE),
        Participation(person="p", opportunity="o", role=DecisionRole.USER, since=EARLY),
        Participation(person="p", opportunity="o", role=DecisionRole.DECIDER, since=LATE),
    ]
    await save(old, told, NOW)
    for days, title, department, role in (
        (80, "Engineer", IT, "USER"),
        (30, "Head", HR, "DECIDER"),
        (0, "Head", HR, "DECIDER"),
    ):
        taking = {"where": {"stages": ["proposal"]}, "roles": [role]}
        for where in (
            {"title": {"eq": title}},
            {"department": {"functions": [department]}},
            {"takesPartIn": taking},
        ):
            assert await held(old, people(**where), days), (days, where)
        other = HR if department == IT else IT
        assert not await held(old, people(department={"functions": [other]}), days)
    assert not await held(old, people(), 120)


@pytest.mark.parametrize("since", [EARLY, NOW + DAY])
async def test_what_is_known_of_a_later_moment_is_not_written_over(
    old: Platform, since: Any
) -> None:
    known: list[Record] = [
        Opportunity(key="o", customer="a", stage="contract", since=LATE),
        Department(key="it", customer="a", since=EARLY),
        DecisionMaker(key="p", customer="a", since=EARLY),
        DecisionMaker(key="p", customer="a", department="it", since=LATE),
        Participation(person="p", opportunity="o", role=DecisionRole.USER, since=LATE),
    ]
    await save(old, known, NOW)
    for one in (
        Opportunity(key="o", customer="a", stage="proposal", since=since),
        DecisionMaker(key="p", customer="a", department=None, since=since),
        Participation(person="p", opportunity="o", role=DecisionRole.DECIDER, since=since),
    ):
        with pytest.raises(Conflict, match="before what is known of it"):
            await save(old, [one], NOW)
    assert await held(old, stage("contract"), 0)
