"""What was stays beside what is: once, whoever writes at the same time, and from when it is kept."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from pyroaring import FrozenBitMap

from profilegraph.domain.records.activity import Opportunity, Participation
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.records.organisation import DecisionMaker, DecisionRole, Department
from profilegraph.errors import NoHistory
from profilegraph.language.codec import decode
from profilegraph.language.facts import Past
from profilegraph.language.nodes import Listed
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform
from profilegraph.services.segments import service
from tests.conftest import NOW
from tests.support.graphs import dump

DAY = timedelta(days=1)
PEOPLE = decode({"people": {}})
STATES = "MATCH (n)-[:WAS]->(s:State) RETURN n.key AS key, s.stage AS stage, s.since AS since, s.until AS until ORDER BY until"


async def states(platform: Platform) -> list[dict[str, Any]]:
    return await platform.database.read(STATES)


def sale(stage: str) -> list[Opportunity]:
    return [Opportunity(key="o", customer="a", stage=stage)]


@pytest.fixture
async def sold(platform: Platform) -> Platform:
    await save(platform, [Customer(key="a")], NOW)
    await save(platform, sale("proposal"), NOW)
    return platform


async def test_a_change_keeps_what_was_and_no_change_keeps_nothing(sold: Platform) -> None:
    await save(sold, sale("proposal"), NOW + DAY)
    assert await states(sold) == []
    await save(sold, sale("contract"), NOW + 2 * DAY)
    await save(sold, sale("contract"), NOW + 3 * DAY)
    assert await states(sold) == [
        {"key": "o", "stage": "proposal", "since": NOW, "until": NOW + 2 * DAY}
    ]


async def test_what_changes_twice_at_one_moment_was_never_in_between(sold: Platform) -> None:
    await save(sold, sale("contract"), NOW + DAY)
    await save(sold, sale("paid"), NOW + DAY)
    assert [row["stage"] for row in await states(sold)] == ["proposal"]


async def test_writers_at_once_keep_every_state_once_and_without_overlap(sold: Platform) -> None:
    await asyncio.gather(
        *(save(sold, sale(f"stage_{hour}"), NOW + timedelta(hours=hour)) for hour in range(1, 9))
    )
    found = await states(sold)
    assert len({row["until"] for row in found}) == len(found)
    for earlier, later in pairwise(found):
        assert earlier["until"] == later["since"]


async def test_writing_the_same_history_again_changes_nothing(platform: Platform) -> None:
    def told(role: DecisionRole, department: str, confidence: float, at: int) -> list[Any]:
        since = NOW + at * DAY
        return [
            Customer(key="a"),
            Department(key="d1", customer="a"),
            Department(key="d2", customer="a", parent="d1" if at else None),
            DecisionMaker(key="p", customer="a", role=role, department=department),
            Opportunity(key="o", customer="a"),
            Participation(person="p", opportunity="o", role=role),
            Tagging(customer="a", tag="pains/no_integration", since=since, confidence=confidence),
        ]

    await save(platform, told(DecisionRole.USER, "d1", 0.2, 0), NOW)
    await save(platform, told(DecisionRole.DECIDER, "d2", 0.9, 1), NOW + DAY)
    before = await dump(platform.database)
    await save(platform, told(DecisionRole.DECIDER, "d2", 0.9, 1), NOW + 2 * DAY)
    assert await dump(platform.database) == before
    kept = await platform.database.read(
        "MATCH ()-[r:WAS|WORKED_IN|TOOK_PART_IN|WAS_SAID]->()"
        " RETURN type(r) AS kind, count(*) AS many ORDER BY kind"
    )
    assert {row["kind"]: row["many"] for row in kept} == {
        "TOOK_PART_IN": 1,
        "WAS": 1,
        "WAS_SAID": 1,
        "WORKED_IN": 1,
    }


async def test_before_history_was_kept_people_and_sales_cannot_be_asked_about(
    platform: Platform,
) -> None:
    early = NOW - 9 * DAY
    await save(platform, [Customer(key="a"), DecisionMaker(key="p", customer="a")], early)
    asked = Past(early + DAY, NOW + DAY)
    assert await service.count(platform, PEOPLE, asked) == 1
    await platform.database.define("MATCH (p:DecisionMaker) REMOVE p.since")
    with pytest.raises(NoHistory, match="kept from 2026-03-01"):
        await service.count(platform, PEOPLE, asked)
    tags = decode({"tags": {"dimension": "pains", "hasAny": False}})
    assert await service.count(platform, tags, asked) == 1
    assert await service.count(platform, PEOPLE, Past(NOW, NOW + DAY)) == 1
    changed = [DecisionMaker(key="p", customer="a", role=DecisionRole.USER)]
    await save(platform, changed, NOW + DAY)
    with pytest.raises(NoHistory):
        await service.count(platform, PEOPLE, asked)
    users = decode({"people": {"where": {"roles": ["USER"]}}})
    assert await service.count(platform, users, Past(NOW, NOW + 2 * DAY)) == 0
    assert await service.count(platform, users, Past(NOW + DAY, NOW + 2 * DAY)) == 1


async def test_a_list_of_customers_has_those_of_them_who_were_there(platform: Platform) -> None:
    await save(platform, [Customer(key="a")], NOW)
    await save(platform, [Customer(key="b")], NOW + 2 * DAY)
    rows = await platform.database.read("MATCH (c:Customer) RETURN c.ordinal AS ordinal")
    listed = Listed(FrozenBitMap(row["ordinal"] for row in rows))
    past = Past(NOW + DAY, NOW + 3 * DAY)
    assert await service.count(platform, listed, past) == 1
    assert (await service.explain_member(platform, listed, "a", past)).holds
