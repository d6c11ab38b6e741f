"""Whoever follows the feeds has each change at least once, or is told that changes are missing."""

from __future__ import annotations

import pytest

from profilegraph.domain.records.customers import Customer
from profilegraph.domain.records.organisation import Team
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform
from profilegraph.storage.feed.change_feed import ChangedPart
from profilegraph.storage.feed.follower import FeedFollower, LossReason
from tests.conftest import NOW


async def following(platform: Platform) -> FeedFollower:
    """Return a follower that has acknowledge to all there is."""
    await save(platform, [Customer(key="first")], NOW)
    made = FeedFollower(platform.database)
    made.acknowledge(await made.settled_changes())
    return made


async def test_who_has_not_followed_before_knows_that_anything_may_have_changed(
    platform: Platform,
) -> None:
    changes = await FeedFollower(platform.database).changes()
    assert changes.lost is LossReason.AT_START
    assert (changes.trees, changes.definitions, changes.changes) == (True, True, ())


async def test_news_come_again_until_they_have_been_seen_to(platform: Platform) -> None:
    follower = await following(platform)
    assert (await follower.changes()).changes == ()
    await save(platform, [Customer(key="a")], NOW)
    first = await follower.changes()
    await save(platform, [Team(key="t", name="T")], NOW)
    both = await follower.settled_changes()
    assert (len(first.customers), first.parts, first.trees) == (1, frozenset(), False)
    assert (both.customers, len(both.changes)) == (first.customers, 2)
    assert (both.trees, both.lost) == (True, None)
    assert both.parts == {ChangedPart.ORGANISATION}
    assert both.feeds == {change.feed for change in both.changes}
    follower.acknowledge(first)
    assert (await follower.changes()).parts == both.parts
    follower.acknowledge(both)
    assert (await follower.changes()).changes == ()


async def test_another_feed_is_told_of_until_it_is_followed(platform: Platform) -> None:
    follower = await following(platform)
    await platform.database.define("MATCH (f:Feed) SET f.epoch = 'another'")
    assert (await follower.changes()).lost is LossReason.ANOTHER_FEED
    changes = await follower.settled_changes()
    assert (changes.lost, changes.trees) == (LossReason.ANOTHER_FEED, True)
    follower.acknowledge(changes)
    assert (await follower.settled_changes()).lost is None


async def test_numbers_without_changes_are_changes_that_are_missing(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("profilegraph.storage.feed.follower._TRIES", 2)
    made = await following(platform)
    await platform.database.define("MATCH (f:Feed) SET f.seq = f.seq + 1")
    assert (await made.changes()).lost is None, "it may still be under way"
    changes = await made.settled_changes()
    assert changes.lost is LossReason.CHANGES_MISSING
