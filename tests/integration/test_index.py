"""The index and its feed: every committed change is in the next answer, or Cypher gives it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from errno import ENOSPC
from pathlib import Path
from threading import Event as Flag
from typing import Any

import pytest

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR
from profilegraph.domain.records.activity import Arrival, Channel, Event
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.records.organisation import (
    DecisionMaker,
    DecisionRole,
    Employee,
    Ownership,
    Team,
)
from profilegraph.domain.values import Record
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.engines.bitmap.verification import differences
from profilegraph.errors import NotFound
from profilegraph.language.codec import decode
from profilegraph.language.nodes import PersonTest
from profilegraph.services.cache import graph_cache as cache
from profilegraph.services.cache import index_keeper
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.cache.indexing import load_changed
from profilegraph.services.cache.states import IndexState
from profilegraph.services.cache.verification import rebuild, verify_saved
from profilegraph.services.customers import people
from profilegraph.services.customers.records import UntagCustomers, save, untag_customers
from profilegraph.services.platform import Platform
from profilegraph.services.segments import service
from profilegraph.storage.feed import change_feed
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.plugins.scores import write_scores
from tests.conftest import NOW

PLENTY = 2**30
WARM = decode({"tags": {"dimension": "temperature", "anyOf": ["warm"]}})
EVERYONE = decode({"all": []})


@pytest.fixture
async def indexed(platform: Platform) -> AsyncIterator[Platform]:
    """A platform that answers from an index."""
    async for one in another(platform):
        yield one


async def another(platform: Platform, most_bytes: int = PLENTY) -> AsyncIterator[Platform]:
    cache = GraphCache(platform.database, most_bytes)
    try:
        yield replace(platform, cache=cache)
    finally:
        await cache.close()


async def ready(platform: Platform) -> None:
    await platform.cache.indexed()


async def count(platform: Platform, filter_: object = None) -> int:
    return await service.count(platform, decode(filter_ or {"all": []}), NOW)


def by_index(platform: Platform) -> float:
    registry = platform.cache.metrics.registry
    return registry.get_sample_value("profilegraph_answers_total", {"engine": "index"}) or 0.0


def warm(customer: str) -> Tagging:
    return Tagging(customer=customer, tag="temperature/warm", since=NOW - timedelta(days=1))


CHANGES: dict[str, tuple[Sequence[Record], dict[str, object]]] = {
    "a customer": (
        [Customer(key="new")],
        {"not": {"tags": {"dimension": "temperature", "hasAny": True}}},
    ),
    "a tagging": (
        [Customer(key="new"), warm("new")],
        {"tags": {"dimension": "temperature", "anyOf": ["warm"]}},
    ),
    "an attribute": (
        [Customer(key="new", attributes={"employee_count": 7.0})],
        {"attribute": {"key": "employee_count", "number": {"eq": 7}}},
    ),
    "an event": (
        [Customer(key="new"), Event(key="e", customer="new", type="visit_page", at=NOW)],
        {"event": {"type": "visit_page"}},
    ),
    "a person": (
        [Customer(key="new"), DecisionMaker(key="p", customer="new", role=DecisionRole.DECIDER)],
        {"people": {"where": {"roles": ["DECIDER"]}}},
    ),
    "an owner": (
        [
            Customer(key="new"),
            Employee(key="li"),
            Ownership(customer="new", employee="li", since=NOW - timedelta(days=1)),
        ],
        {"owner": {"employees": ["li"]}},
    ),
}


@pytest.mark.parametrize(("records", "filter_"), CHANGES.values(), ids=CHANGES)
async def test_the_next_answer_reflects_what_was_just_committed(
    indexed: Platform, records: Sequence[Record], filter_: dict[str, object]
) -> None:
    await ready(indexed)
    assert await count(indexed, filter_) == 0
    answered = by_index(indexed)
    await save(indexed, records, NOW)
    assert await count(indexed, filter_) == 1
    assert by_index(indexed) == answered + 1


async def test_people_are_counted_and_listed_by_the_index_as_they_are_now(
    indexed: Platform,
) -> None:
    """Also those of customers who were read again, beside those of the others."""

    async def deciders() -> tuple[int, list[str]]:
        where = PersonTest(roles=(DecisionRole.DECIDER,))
        page = await people.page(indexed, EVERYONE, where, NOW, first=10)
        assert await people.count(indexed, EVERYONE, where, NOW) == len(page.seats)
        return len(page.seats), [f"{one.person}@{one.customer}" for one in page.seats]

    customers = [Customer(key=f"c{number}") for number in range(40)]
    seats = [
        DecisionMaker(key=f"p{number}", customer=f"c{number}", role=DecisionRole.DECIDER)
        for number in (3, 7)
    ]
    await save(indexed, [*customers, *seats], NOW)
    await ready(indexed)
    answered = by_index(indexed)
    assert await deciders() == (2, ["p3@c3", "p7@c7"])
    other = DecisionMaker(key="p3", customer="c3", role=DecisionRole.BLOCKER)
    fresh = DecisionMaker(key="p1", customer="c9", role=DecisionRole.DECIDER)
    await save(indexed, [other, fresh], NOW)
    assert await deciders() == (2, ["p1@c9", "p7@c7"])
    assert by_index(indexed) == answered + 4


async def test_a_team_that_moves_takes_its_customers_along(indexed: Platform) -> None:
    north = {"team": {"teams": ["north"]}}
    await save(
        indexed,
        [
            Team(key="north"),
            Team(key="beijing"),
            Employee(key="li", team="beijing"),
            Customer(key="a"),
            Ownership(customer="a", employee="li", since=NOW - timedelta(days=1)),
        ],
        NOW,
    )
    await ready(indexed)
    assert await count(indexed, north) == 0
    await save(indexed, [Team(key="beijing", parent="north")], NOW)
    assert await count(indexed, north) == 1


async def test_a_channel_that_moves_takes_its_arrivals_along(indexed: Platform) -> None:
    ads = {"channel": {"channels": ["ads"]}}
    await save(
        indexed,
        [
            Channel(key="ads"),
            Channel(key="search"),
            Customer(key="a"),
            Arrival(customer="a", channel="search", at=NOW),
        ],
        NOW,
    )
    await ready(indexed)
    assert await count(indexed, ads) == 0
    await save(indexed, [Channel(key="search", parent="ads")], NOW)
    assert await count(indexed, ads) == 1


async def test_a_tag_taken_away_is_gone_from_the_next_answer(indexed: Platform) -> None:
    await save(indexed, [Customer(key="a"), warm("a")], NOW)
    await ready(indexed)
    assert await service.count(indexed, WARM, NOW) == 1
    await untag_customers(
        indexed, UntagCustomers(("a",), ("temperature/warm",)), CommandContext(OPERATOR, NOW)
    )
    assert await service.count(indexed, WARM, NOW) == 0


async def test_a_tag_that_a_model_gives_again_lasts_longer_in_the_next_answer(
    indexed: Platform,
) -> None:
    await save(indexed, [Customer(key="a")], NOW)
    tags = [{"dimension": "temperature", "tag": "temperature/warm"}]
    rows = [{"customer": "a", "metrics": {}, "tags": tags}]
    await write_scores(indexed.database, rows, "model", NOW)
    await ready(indexed)
    later = NOW + timedelta(days=200)
    assert await service.count(indexed, WARM, later) == 0
    await write_scores(indexed.database, rows, "model", NOW + timedelta(days=100))
    assert await service.count(indexed, WARM, later) == 1


async def test_who_only_writes_does_not_wait_for_the_index_and_a_question_finds_all(
    indexed: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_keeper, "LATER", 3)
    await save(indexed, [Customer(key=f"c{number}") for number in range(5)], NOW)
    view = await indexed.cache.indexed()
    for number in range(3):
        await save(indexed, [warm(f"c{number}")], NOW)
    await indexed.catalogue_for_change()
    assert indexed.cache.index.settled is None
    answered = by_index(indexed)
    assert await service.count(indexed, WARM, NOW) == 3
    assert by_index(indexed) == answered + 1
    assert (await indexed.cache.now()).view is not view


async def test_those_who_wait_for_a_question_are_few(
    indexed: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_keeper, "LATER", 3)
    await save(indexed, [Customer(key=f"c{number}") for number in range(5)], NOW)
    await ready(indexed)
    await save(indexed, [warm(f"c{number}") for number in range(4)], NOW)
    await indexed.catalogue_for_change()
    assert indexed.cache.index.settled is not None


async def test_what_a_failed_reading_has_left_is_read_by_the_next_question(
    indexed: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await save(indexed, [Customer(key="one")], NOW)
    await ready(indexed)
    await save(indexed, [warm("one")], NOW)
    await indexed.catalogue_for_change()  # the feed does not tell of it again

    async def fails(*_: object) -> None:
        raise NotFound("the database is away.")

    with monkeypatch.context() as away:
        away.setattr(index_keeper, "load_changed", fails)
        with pytest.raises(NotFound):
            await service.count(indexed, WARM, NOW)
    assert await service.count(indexed, WARM, NOW) == 1


async def test_a_process_that_ends_by_writing_leaves_an_index_to_go_on_from(
    platform: Platform, tmp_path: Path
) -> None:
    file = tmp_path / "index.npz"
    first = replace(platform, cache=GraphCache(platform.database, PLENTY, file))
    await save(first, [Customer(key="one")], NOW)
    await ready(first)
    await save(first, [warm("one")], NOW)
    await first.catalogue_for_change()
    await first.cache.close()
    second = replace(platform, cache=GraphCache(platform.database, PLENTY, file))
    assert await second.cache.restore()
    assert await service.count(second, WARM, NOW) == 1
    assert by_index(second) == 1
    await second.cache.close()


async def test_one_process_sees_what_another_has_committed(platform: Platform) -> None:
    async for reader in another(platform):
        await ready(reader)
        for number in range(40):  # more than there are feeds
            await save(platform, [Customer(key=f"c{number}")], NOW)
            assert await count(reader) == number + 1
        assert by_index(reader) >= 40


async def test_many_changes_at_once_are_answered_by_cypher_until_they_are_read(
    indexed: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_keeper, "AT_ONCE", 3)
    await save(indexed, [Customer(key=f"old{n}") for n in range(50)], NOW)
    await ready(indexed)
    answered = by_index(indexed)
    await save(indexed, [Customer(key=f"c{number}") for number in range(5)], NOW)
    assert await count(indexed) == 55
    assert by_index(indexed) == answered
    await ready(indexed)
    assert await count(indexed) == 55
    assert by_index(indexed) == answered + 1


async def test_an_index_that_would_be_too_large_leaves_the_answers_to_cypher(
    platform: Platform,
) -> None:
    await save(platform, [Customer(key="a"), warm("a")], NOW)
    async for small in another(platform, most_bytes=10):
        assert await service.count(small, WARM, NOW) == 1
        if (work := small.cache.index.work) is not None:
            await asyncio.wait([work])
        assert await service.count(small, WARM, NOW) == 1
        assert small.cache.index.state is IndexState.TOO_LARGE
        assert by_index(small) == 0


BREAKS = {
    "changes deleted": "MATCH (n:Change) DELETE n",
    "feeds deleted": "MATCH (n:Feed|Change) DELETE n",
    "another feed of the same name": "MATCH (f:Feed) SET f.epoch = 'another'",
}


@pytest.mark.parametrize("statement", BREAKS.values(), ids=BREAKS)
async def test_a_broken_feed_has_the_index_built_anew(
    indexed: Platform, database: Database, statement: str
) -> None:
    await save(indexed, [Customer(key="a")], NOW)
    await ready(indexed)
    await save(indexed, [Customer(key="b"), warm("b")], NOW)
    await database.define(statement)
    assert await service.count(indexed, WARM, NOW) == 1
    await ready(indexed)
    assert await service.count(indexed, WARM, NOW) == 1
    assert await count(indexed) == 2


async def test_a_feed_keeps_so_many_changes_and_no_more(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_feed, "KEPT", 2)
    for number in range(5 * change_feed.FEEDS):
        await save(platform, [Customer(key=f"c{number}")], NOW)
    rows = await platform.database.read(
        "MATCH (n:Change) RETURN n.feed AS feed, collect(n.seq) AS seqs"
    )
    assert {len(row["seqs"]) for row in rows} == {2}


async def test_a_transaction_that_fails_leaves_no_number_behind(platform: Platform) -> None:
    before = await change_feed.newest_offsets(platform.database)

    async def fails(transaction: Transaction) -> None:
        transaction.touch(["a"])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await platform.database.write(fails)
    assert await change_feed.newest_offsets(platform.database) == before


async def test_a_process_that_starts_goes_on_where_the_last_one_ended(
    platform: Platform, tmp_path: Path
) -> None:
    file = tmp_path / "index.npz"
    await save(platform, [Customer(key="a"), warm("a"), Customer(key="b")], NOW)
    first = GraphCache(platform.database, PLENTY, file)
    before = await first.indexed()
    await first.close()
    assert file.stat().st_mode & 0o777 == 0o600
    await save(platform, [warm("b")], NOW)
    second = GraphCache(platform.database, PLENTY, file)
    known = await second.now()  # no building in between: the first look has an index
    assert known.view is not None
    assert not differences(before, IndexSnapshot((known.view.runs[0],), known.view.trees))
    assert await service.count(replace(platform, cache=second), WARM, NOW) == 2
    await second.close()


async def test_questions_do_not_wait_for_the_file_and_go_on_without_one(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, answered = Flag(), Flag()

    def full(*_: object) -> None:
        writing.set()
        answered.wait(10)
        raise OSError("no space left on device")

    monkeypatch.setattr(cache, "save", full)
    await save(platform, [Customer(key="a")], NOW)
    kept = GraphCache(platform.database, PLENTY, tmp_path / "index.npz")
    asked = replace(platform, cache=kept)
    while not writing.is_set():
        assert await count(asked) == 1
    assert await count(asked) == 1
    answered.set()
    await kept.close()


async def test_a_damaged_file_is_no_index(platform: Platform, tmp_path: Path) -> None:
    file = tmp_path / "index.npz"
    await save(platform, [Customer(key="a")], NOW)
    first = GraphCache(platform.database, PLENTY, file)
    await first.indexed()
    await first.close()
    whole = file.read_bytes()
    for damaged in (b"", b"no archive", whole[: len(whole) // 2]):
        file.write_bytes(damaged)
        cache = GraphCache(platform.database, PLENTY, file)
        assert (await cache.indexed()).customers == 1
        await cache.close()


async def test_verify_finds_what_changed_behind_the_platforms_back_and_rebuild_mends_it(
    platform: Platform, tmp_path: Path
) -> None:
    file = tmp_path / "index.npz"
    await save(platform, [Customer(key=key) for key in "abc"], NOW)
    with pytest.raises(NotFound):
        await verify_saved(platform, file)
    serving = GraphCache(platform.database, PLENTY, file)
    await serving.indexed()
    await save(platform, [warm("a")], NOW)
    assert (await verify_saved(platform, file)).differing == 0
    await platform.database.define(
        "MATCH (c:Customer {key: 'b'}), (g:Tag {key: 'temperature/warm'})"
        " CREATE (c)-[:TAGGED {since: datetime('2026-01-01'), source: 'MANUAL', confidence: 1.0,"
        " weight: 1.0, weekdays: []}]->(g)"
    )
    await platform.database.define("CREATE (:Customer {key: 'd', kind: 'COMPANY'})")
    found = await verify_saved(platform, file)
    assert (found.differing, found.keys) == (2, ["b"])
    await rebuild(platform)
    await serving.indexed()
    assert (await verify_saved(platform, file)).differing == 0
    assert await count(replace(platform, cache=serving)) == 4
    await serving.close()


async def test_an_index_that_grows_too_large_is_given_up_and_the_answer_is_right(
    platform: Platform,
) -> None:
    await save(platform, [Customer(key="a")], NOW)
    probe = GraphCache(platform.database, PLENTY)
    room = (await probe.indexed()).nbytes + 1
    await probe.close()
    async for small in another(platform, most_bytes=room):
        await ready(small)
        await save(platform, [Customer(key=f"c{number}") for number in range(50)], NOW)
        assert await count(small) == 51
        assert small.cache.index.state is IndexState.TOO_LARGE


async def test_customers_without_a_number_are_numbered_before_the_index_is_built(
    indexed: Platform,
) -> None:
    await indexed.database.define("CREATE (:Customer {key: 'd', kind: 'COMPANY'})")
    await ready(indexed)
    assert await count(indexed) == 1
    assert by_index(indexed) == 1


async def test_a_tagging_without_a_beginning_is_none(indexed: Platform) -> None:
    await save(indexed, [Customer(key="a")], NOW)
    await indexed.database.define(
        "MATCH (c:Customer {key: 'a'}), (g:Tag {key: 'temperature/warm'}) CREATE (c)-[:TAGGED]->(g)"
    )
    await ready(indexed)
    assert await service.count(indexed, WARM, NOW) == 0
    assert by_index(indexed) == 1


async def test_a_channel_and_who_came_by_it_recorded_between_two_readings_are_both_known(
    indexed: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ready(indexed)
    late: list[Record] = [
        Channel(key="fair"),
        Arrival(customer="a", channel="fair", at=NOW),
        Team(key="east"),
        Employee(key="li", name="Li", team="east"),
        Ownership(employee="li", customer="a", since=NOW),
    ]
    other = replace(indexed, cache=GraphCache(indexed.database))

    async def while_others_write(*given: Any) -> Any:
        monkeypatch.undo()
        await save(other, late, NOW)
        return await load_changed(*given)

    monkeypatch.setattr(index_keeper, "load_changed", while_others_write)
    await save(indexed, [Customer(key="a")], NOW)
    view = await indexed.cache.indexed()
    assert view.trees.cover(view.runs[-1])
    assert await count(indexed, {"channel": {"channels": ["fair"]}}) == 1
    assert await count(indexed, {"team": {"teams": ["east"]}}) == 1
    assert by_index(indexed) == 2


async def test_an_index_that_cannot_be_read_is_told_and_cypher_answers_meanwhile(
    indexed: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ready(indexed)

    async def fails(*_: object) -> None:
        raise KeyError("fair")

    monkeypatch.setattr(index_keeper, "load_changed", fails)
    await save(indexed, [Customer(key="a")], NOW)
    assert await count(indexed) == 1
    assert indexed.cache.index.state is IndexState.FAILED
    assert indexed.cache.routines.summary() == "index failed once (KeyError)"
    monkeypatch.undo()
    monkeypatch.setattr(indexed.cache.index, "_rests_until", 0.0)
    await ready(indexed)
    assert indexed.cache.routines.summary() == "ok"
    assert await count(indexed) == 1
    assert by_index(indexed) == 1


async def test_a_full_disk_costs_the_saved_index_alone(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: Any, **_: object) -> None:
        file.write(b"half")
        raise OSError(ENOSPC, "No space left on device")

    file = tmp_path / "index.npz"
    monkeypatch.setattr("numpy.savez", full)
    await save(platform, [Customer(key="a")], NOW)
    kept = GraphCache(platform.database, PLENTY, file)
    await kept.indexed()
    assert "saving the index failed" in kept.routines.summary()
    assert list(tmp_path.iterdir()) == []
    assert await count(replace(platform, cache=kept)) == 1
    monkeypatch.undo()
    await kept.close()
    assert kept.routines.summary() == "ok"
    assert file.exists()
