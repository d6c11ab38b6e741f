"""Whatever has been written of a customer is read by everybody who reads it; `doctor` says where not."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.errors import UnreadableRecord
from profilegraph.services.customers.records import save
from profilegraph.services.operations.stored_records import (
    MOST_OFFENDERS,
    RecordCheck,
    read_every_record,
)
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.records.facts import read_facts
from profilegraph.storage.records.reads import read_taggings
from tests.conftest import NOW

TAG = "pains/no_integration"
ENDS = NOW + timedelta(days=90)


def said(**how: Any) -> Tagging:
    given = {"since": NOW - timedelta(days=9), "until": ENDS, "confidence": 0.5, **how}
    return Tagging.model_validate({"customer": "a", "tag": TAG, **given})


@pytest.mark.parametrize(
    "again",
    [
        {"confidence": 0.9},
        {"evidence": "annual report"},
        {"since": NOW - timedelta(days=2)},
        {"by": "li", "hours": "18:00-22:00", "frequency": "weekly", "weekdays": (6, 7)},
    ],
)
async def test_a_tagging_that_is_said_again_differently_is_read(
    platform: Platform, again: dict[str, Any]
) -> None:
    await save(platform, [Customer(key="a"), said()], NOW - timedelta(days=5))
    await save(platform, [said(**again)], NOW)
    whole = said(**{**again, "since": NOW - timedelta(days=9)})
    assert await read_taggings(platform.database, ["a"], NOW) == {"a": [whole]}
    assert (await read_facts(platform.database, "a")).taggings == (whole,)


async def damage(platform: Platform, query: str) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run(query)

    await platform.database.write(work)


async def test_the_first_records_that_cannot_be_read_are_named(platform: Platform) -> None:
    keys = [f"c{number:02}" for number in range(30)]
    await save(platform, [Customer(key=key) for key in keys], NOW)
    await save(platform, [said(customer=key) for key in keys], NOW)
    sound = await read_every_record(platform.database, NOW, batch=7)
    assert sound == RecordCheck(30, 30, ())
    await damage(
        platform,
        "MATCH (c:Customer)-[t:TAGGED]->() WHERE c.key IN ['c03', 'c17'] SET t.confidence = 2.0",
    )
    await damage(
        platform,
        "MATCH (c:Customer {key: 'c05'})"
        " CREATE (c)-[:GAVE]->(:Consent {key: 'k', purpose: 'mail', granted: 'perhaps', at: datetime()})",
    )
    found = await read_every_record(platform.database, NOW, batch=7)
    assert {(one.kind, one.key) for one in found.unreadable} == {
        (kind, key)
        for kind in ("taggings", "past taggings", "explanation", "past explanation")
        for key in ("c03", "c17")
    } | {("consents", "c05")}
    told = {one.reason for one in found.unreadable if one.kind == "taggings"}
    assert told == {
        "a stored Tagging cannot be read: confidence: Input should be less than or equal to 1."
    }


async def test_no_more_than_the_first_offenders_of_a_kind_are_named(platform: Platform) -> None:
    keys = [f"c{number:02}" for number in range(30)]
    await save(platform, [Customer(key=key) for key in keys], NOW)
    await damage(platform, "MATCH (c:Customer) SET c.kind = 'HORSE'")
    found = await read_every_record(platform.database, NOW, batch=100)
    assert [(one.kind, one.key) for one in found.unreadable] == [
        ("profile", key) for key in keys[:MOST_OFFENDERS]
    ]


async def test_reading_ends_when_its_time_is_over_and_says_how_far_it_came(
    platform: Platform,
) -> None:
    keys = [f"c{number:02}" for number in range(30)]
    await save(platform, [Customer(key=key) for key in keys], NOW)
    clock = count()
    found = await read_every_record(
        platform.database, NOW, seconds=3, batch=10, clock=lambda: next(clock)
    )
    assert (found.customers, found.of) == (20, 30)


async def test_definitions_segments_and_changes_are_read_too(platform: Platform) -> None:
    await damage(
        platform,
        "MATCH (t:Taxonomy) WITH t ORDER BY t.key LIMIT 1"
        " SET t.definition = replace(t.definition, '\"version\"', '\"wersion\"')"
        " CREATE (s:Segment {key: 's', labelZh: 's', labelEn: 's', kind: 'DYNAMIC', state: 'ACTIVE',"
        " owner: 'li', editors: []})-[:HAS_VERSION]->(:SegmentVersion {n: 1, filter: '{\"x\": 1}',"
        " author: 'li', note: '', at: datetime()})"
        " CREATE (:TaxonomyChange {key: 'ch', state: 'PLANNED', plan: '{}', by: 'li',"
        " at: datetime(), expires: datetime()})",
    )
    found = await read_every_record(platform.database, NOW)
    assert [one.kind for one in found.unreadable] == ["taxonomy", "change of tags", "segment"]


async def test_a_record_that_cannot_be_read_is_named_and_shows_no_value(
    platform: Platform,
) -> None:
    await save(platform, [Customer(key="a"), said(evidence="secret")], NOW)
    await damage(platform, "MATCH ()-[t:TAGGED]->() SET t.until = t.since")
    await damage(platform, "MATCH ()-[t:TAGGED]->() SET t.until = null, t.hours = 'secret hours'")
    with pytest.raises(UnreadableRecord) as raised:
        await read_taggings(platform.database, ["a"], NOW)
    assert "secret" not in str(raised.value)
    assert raised.value.where == f"customer 'a', tag '{TAG}'"
