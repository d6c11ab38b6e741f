"""Cleaning: what no longer holds is closed, and frozen customers keep theirs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR, Actor
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.records.organisation import Employee, Team
from profilegraph.errors import Forbidden, InvalidInput, NotFound
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform
from profilegraph.services.taxonomies import cleaning
from profilegraph.services.taxonomies.cleaning import Cleaned, CleanTags
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.taxonomies.cleaning import Staleness, close_stale, find_stale
from tests.conftest import NOW

LI = Actor("Li", "li")
WANG = Actor("Wang", "wang")
TAG = "pains/no_integration"


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@pytest.fixture
async def tagged(platform: Platform) -> Platform:
    """Tags of pains: old, fresh, said again, over, and an old one of a customer who is frozen."""
    tags = [
        Tagging(customer="old", tag=TAG, since=ago(200)),
        Tagging(customer="fresh", tag=TAG, since=ago(100)),
        Tagging(customer="again", tag=TAG, since=ago(200)),
        Tagging(customer="over", tag=TAG, since=ago(100), until=ago(50)),
        Tagging(customer="frozen", tag=TAG, since=ago(900)),
    ]
    keys = ("old", "fresh", "again", "over", "frozen")
    awake = [
        Event(key=key, customer=key, type="download", at=ago(10)) for key in keys if key != "frozen"
    ]
    asleep = Event(key="e", customer="frozen", type="download", at=ago(500))
    office = [
        Team(key="customer_success"),
        Employee(key="li", team="customer_success"),
        Employee(key="wang"),
    ]
    people = [Customer(key=key) for key in keys]
    await save(platform, [*people, *office, *awake, asleep, *tags], ago(100))
    word = Tagging(customer="again", tag=TAG, since=ago(20), evidence="call")
    await save(platform, [word], ago(20))
    return platform


async def clean(
    platform: Platform,
    actor: Actor = LI,
    *,
    days: int | None = 182,
    frozen: int | None = 365,
    dry: bool = False,
    key: str | None = None,
    dimension: str = "pains",
) -> Cleaned:
    return await cleaning.clean(
        platform, CleanTags(dimension, days, frozen, dry), CommandContext(actor, NOW, key)
    )


async def carrying(platform: Platform, edge: str = "TAGGED") -> dict[str, datetime | None]:
    """Return who is tagged, or was, with when that ended or ends."""
    rows = await platform.database.read(
        "MATCH (c:Customer)-[t]->(:Tag {key: $tag}) WHERE type(t) = $edge"
        " RETURN c.key AS key, t.until AS until",
        {"tag": TAG, "edge": edge},
    )
    return {row["key"]: row["until"] for row in rows}


async def test_what_is_old_or_over_is_closed_and_the_frozen_keep_theirs(tagged: Platform) -> None:
    assert await clean(tagged, dry=True) == Cleaned(2, 1, more=False)
    assert set(await carrying(tagged)) == {"old", "fresh", "again", "over", "frozen"}
    assert await clean(tagged) == Cleaned(2, 1, more=False)
    assert set(await carrying(tagged)) == {"fresh", "again", "frozen"}
    assert await carrying(tagged, "WAS_TAGGED") == {"old": NOW, "over": ago(50)}
    assert await clean(tagged) == Cleaned(0, 1, more=False)


async def test_only_what_is_over_is_closed_where_age_does_not_count(tagged: Platform) -> None:
    assert await clean(tagged, days=None, frozen=None) == Cleaned(2, 0, more=False)
    assert set(await carrying(tagged)) == {"old", "fresh", "again"}  # the frozen one's expired


async def test_nobody_keeps_what_is_stale_where_nobody_is_frozen(tagged: Platform) -> None:
    assert await clean(tagged, frozen=None) == Cleaned(3, 0, more=False)
    assert set(await carrying(tagged)) == {"fresh", "again"}


async def test_a_repeated_request_is_answered_from_the_first(tagged: Platform) -> None:
    first = await clean(tagged, key="k")
    await save(tagged, [Tagging(customer="old", tag=TAG, since=ago(190))], NOW)
    assert await clean(tagged, key="k") == first
    assert "old" in await carrying(tagged)


async def test_without_the_duty_to_clean_nothing_is_closed(tagged: Platform) -> None:
    with pytest.raises(Forbidden, match="'Wang' may not clean away tags"):
        await clean(tagged, WANG)
    assert await clean(tagged, WANG, dry=True) == Cleaned(2, 1, more=False)
    assert len(await carrying(tagged)) == 5
    assert (await clean(tagged, OPERATOR)).closed == 2


async def test_more_than_one_request_closes_is_said(
    tagged: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaning, "MOST_CLOSED", 1)
    assert await clean(tagged) == Cleaned(1, 1, more=True)
    assert await clean(tagged) == Cleaned(1, 1, more=False)


async def test_what_is_said_again_before_the_lock_is_not_closed(tagged: Platform) -> None:
    what = Staleness(NOW, before=ago(182), awake=None)
    found = await find_stale(tagged.database.read, "pains", what, 10)
    assert ("old", TAG) in found.taggings
    await save(tagged, [Tagging(customer="old", tag=TAG, since=NOW, evidence="visit")], NOW)

    async def close(transaction: Transaction) -> int:
        return await close_stale(transaction, found.taggings, what)

    assert await tagged.database.write(close) == 2
    assert "old" in await carrying(tagged)


async def test_what_cannot_be_cleaned_says_why(tagged: Platform) -> None:
    with pytest.raises(NotFound, match="no dimension is called 'pain'"):
        await clean(tagged, dimension="pain")
    for days in (0, -1, 10**9):
        with pytest.raises(InvalidInput, match="days"):
            await clean(tagged, days=days)
