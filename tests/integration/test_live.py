"""Live segments: who enters and who leaves is found once, with its cause, however many watch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from pyroaring import BitMap

from profilegraph.domain.audit import AuditQuestion
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.deployment import Deployment
from profilegraph.domain.duties import OPERATOR, Actor
from profilegraph.domain.live import MoveCause
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer, Relation, RelationKind, Tagging
from profilegraph.domain.segments import SegmentState
from profilegraph.domain.values import Labels
from profilegraph.engines.bitmap.run import IndexRun
from profilegraph.errors import Conflict, DatabaseTimeout, Forbidden, InvalidInput, NotFound
from profilegraph.language.codec import decode
from profilegraph.services.audit.questions import audit_page
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.cache.indexing import load_some
from profilegraph.services.customers.records import UntagCustomers, save, untag_customers
from profilegraph.services.live import affected, questions
from profilegraph.services.live import service as watching
from profilegraph.services.live import worker as worker_module
from profilegraph.services.live.questions import Matches
from profilegraph.services.live.schedules import next_run
from profilegraph.services.live.service import HistoryPosition, SetSegmentLive, Transition
from profilegraph.services.live.worker import RETRY, LiveWorker
from profilegraph.services.platform import Platform
from profilegraph.services.segments import lifecycle, service
from profilegraph.services.segments.lifecycle import DeleteSegment, SetSegmentState
from profilegraph.services.segments.service import SaveSegment
from profilegraph.storage.feed.follower import FeedChanges, changes_since
from profilegraph.storage.live import read_members, read_watches
from profilegraph.storage.neo4j.database import Database, Transaction
from tests.conftest import NOW

WARM: dict[str, Any] = {"tags": {"dimension": "temperature", "anyOf": ["warm"]}}
RECENT: dict[str, Any] = {"event": {"type": "visit_page", "window": {"lastDays": 30}}}
BY = CommandContext(Actor("li"), NOW)
HOURLY = "0 * * * *"
LATER = NOW + timedelta(minutes=1)
DATA, TIME = MoveCause.DATA_CHANGED, MoveCause.TIME_PASSED
DEFINITION, MERGED = MoveCause.DEFINITION_CHANGED, MoveCause.MERGED


@pytest.fixture(params=["index", "cypher"])
async def either(request: Any, platform: Platform) -> AsyncIterator[Platform]:
    """A platform that answers from an index, and one that has none."""
    if request.param == "cypher":
        yield platform
        return
    cache = GraphCache(platform.database, 2**30)
    try:
        yield replace(platform, cache=cache)
    finally:
        await cache.close()


async def go_live(
    platform: Platform,
    filter_: dict[str, Any] = WARM,
    key: str = "s",
    *,
    on_change: bool = True,
    schedule: str | None = HOURLY,
    context: CommandContext = BY,
) -> None:
    await define(platform, filter_, key)
    await watching.set_live(platform, SetSegmentLive(key, on_change, schedule), context)


async def define(platform: Platform, filter_: dict[str, Any], key: str = "s") -> None:
    labels = Labels(zh_cn=key, en=key)
    node = decode(filter_)
    await service.save_segment(
        platform, SaveSegment(key, labels, node), CommandContext(Actor("li"), NOW)
    )


async def warm(platform: Platform, *customers: str) -> None:
    people = [Customer(key=key) for key in customers]
    tags = [Tagging(customer=key, tag="temperature/warm", since=NOW) for key in customers]
    await save(platform, [*people, *tags], NOW)


async def cool(platform: Platform, *customers: str, at: datetime = LATER) -> None:
    await untag_customers(
        platform,
        UntagCustomers(tuple(customers), ("temperature/warm",)),
        CommandContext(OPERATOR, at),
    )


async def merge(platform: Platform, one: str, into: str) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run(
            "MATCH (a:Customer {key: $a}), (b:Customer {key: $b}) CREATE (a)-[:MERGED_INTO]->(b)",
            {"a": one, "b": into},
        )
        transaction.touch([one, into])

    await platform.database.write(work)


async def history(platform: Platform, key: str = "s") -> list[Transition]:
    """Return all crossings of a segment, the oldest first."""
    found = (await watching.newest_transitions(platform, key, first=1_000)).crossings
    return list(reversed(found))


async def told(platform: Platform, key: str = "s") -> list[tuple[str, bool, MoveCause]]:
    return [(one.customer, one.entered, one.cause) for one in await history(platform, key)]


async def test_members_at_the_start_have_not_entered(either: Platform) -> None:
    await warm(either, "a", "b")
    await go_live(either)
    await LiveWorker(either).round(LATER)
    assert await told(either) == []
    assert (await watching.live_states(either, ["s"]))["s"].size == 2


async def test_who_enters_and_leaves_by_a_change_is_recorded_once(either: Platform) -> None:
    await warm(either, "a")
    await go_live(either)
    watcher = LiveWorker(either)
    await watcher.round(LATER)
    await warm(either, "b", "c")
    for _ in range(2):
        await watcher.round(LATER)
    await cool(either, "a")
    for _ in range(2):
        await watcher.round(LATER)
    assert await told(either) == [("b", True, DATA), ("c", True, DATA), ("a", False, DATA)]
    assert (await watching.live_states(either, ["s"]))["s"].size == 2


async def test_a_run_that_moves_somebody_is_recorded_for_the_owner_and_no_other_run_is(
    either: Platform,
) -> None:
    await warm(either, "a")
    await go_live(either)
    watcher = LiveWorker(either)
    await watcher.round(LATER)
    await warm(either, "b")
    for _ in range(2):
        await watcher.round(LATER)
    page = await audit_page(either, AuditQuestion(what="EvaluateLiveSegment"), 10)
    [entry] = [one.entry for one in page.entries]
    assert (entry.actor.on_behalf_of, entry.customers) == ("li", ("b",))
    assert entry.targets == ("segment:s",)


async def test_a_change_has_only_the_changed_customers_evaluated(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await go_live(platform)
    watcher = LiveWorker(platform)
    await watcher.round(LATER)

    async def everyone(*_: object) -> None:
        raise AssertionError("all customers are looked at")

    monkeypatch.setattr(worker_module, "matches_among_all", everyone)
    await warm(platform, "a")
    await watcher.round(LATER)
    assert await told(platform) == [("a", True, DATA)]


async def test_time_alone_moves_customers_when_the_schedule_falls(either: Platform) -> None:
    visit = Event(
        key="e",
        customer="a",
        type="visit_page",
        at=NOW - timedelta(days=30) + timedelta(minutes=30),
    )
    await save(either, [Customer(key="a"), visit], NOW)
    await go_live(either, RECENT)
    watcher = LiveWorker(either)
    await watcher.round(NOW)
    await watcher.round(NOW + timedelta(minutes=59))
    assert await told(either) == []
    await watcher.round(NOW + timedelta(minutes=60))
    assert await told(either) == [("a", False, TIME)]


async def test_a_process_whose_clock_is_behind_takes_nothing_back(platform: Platform) -> None:
    visit = Event(key="e", customer="a", type="visit_page", at=LATER - timedelta(days=30))
    await save(platform, [Customer(key="a"), visit], NOW)
    await go_live(platform, RECENT)
    ahead, behind = LiveWorker(platform), LiveWorker(platform)
    await behind.round(NOW)
    await ahead.round(NOW + timedelta(hours=1))
    await save(platform, [Customer(key="a", name="A")], NOW)
    await behind.round(NOW)
    assert await told(platform) == [("a", False, TIME)]


async def test_a_segment_without_schedule_moves_by_changes_alone(platform: Platform) -> None:
    visit = Event(key="e", customer="a", type="visit_page", at=NOW - timedelta(days=29))
    await save(platform, [Customer(key="a"), visit], NOW)
    await go_live(platform, RECENT, schedule=None)
    watcher = LiveWorker(platform)
    await watcher.round(NOW)
    await watcher.round(NOW + timedelta(days=2))
    assert await told(platform) == []


async def test_a_segment_that_is_not_evaluated_on_change_waits_for_its_schedule(
    platform: Platform,
) -> None:
    visit = Event(key="e", customer="old", type="visit_page", at=NOW - timedelta(days=29))
    await save(platform, [Customer(key="old"), visit], NOW)
    await go_live(platform, {"any": [WARM, RECENT]}, on_change=False, schedule="0 0 * * *")
    watcher = LiveWorker(platform)
    await warm(platform, "a")
    await watcher.round(LATER)
    assert await told(platform) == []
    await watcher.round(NOW + timedelta(days=2))
    assert sorted(await told(platform)) == [("a", True, DATA), ("old", False, TIME)]


async def test_another_definition_moves_customers(either: Platform) -> None:
    await warm(either, "a")
    await save(either, [Customer(key="b")], NOW)
    await go_live(either)
    watcher = LiveWorker(either)
    await watcher.round(LATER)
    await define(either, {"not": WARM})
    await watcher.round(LATER)
    assert await told(either) == [("b", True, DEFINITION), ("a", False, DEFINITION)]


async def test_a_segment_that_the_live_one_refers_to_is_part_of_its_definition(
    platform: Platform,
) -> None:
    await warm(platform, "a")
    await define(platform, WARM, "inner")
    await go_live(platform, {"segment": {"key": "inner"}})
    watcher = LiveWorker(platform)
    await watcher.round(LATER)
    await warm(platform, "b")
    await watcher.round(LATER)
    await define(platform, {"any": []}, "inner")
    await watcher.round(LATER)
    assert await told(platform) == [
        ("b", True, DATA),
        ("a", False, DEFINITION),
        ("b", False, DEFINITION),
    ]


async def test_a_customer_that_is_merged_leaves_for_that(either: Platform) -> None:
    await warm(either, "a", "b")
    await go_live(either)
    watcher = LiveWorker(either)
    await watcher.round(LATER)

    await merge(either, "a", "b")
    await watcher.round(LATER)
    assert await told(either) == [("a", False, MERGED)]


async def test_a_change_of_a_related_customer_moves_this_one(either: Platform) -> None:
    await save(
        either,
        [
            Customer(key="a"),
            Customer(key="b"),
            Relation(customer="a", other="b", kind=RelationKind.PARTNER),
        ],
        NOW,
    )
    await go_live(either, {"related": {"where": WARM}})
    watcher = LiveWorker(either)
    await watcher.round(LATER)
    await warm(either, "b")
    await watcher.round(LATER)
    assert await told(either) == [("a", True, DATA)]


@pytest.fixture
async def chain(platform: Platform) -> Platform:
    """Thirty customers in a row, each a partner of the next."""
    keys = [f"c{number:02}" for number in range(30)]
    rows = [
        Relation(customer=one, other=other, kind=RelationKind.PARTNER)
        for one, other in pairwise(keys)
    ]
    await save(platform, [*(Customer(key=key) for key in keys), *rows], NOW)
    return platform


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many customers were evaluated each time: of some that changed, or of all."""
    told: list[int] = []

    def some(*arguments: Any) -> Matches:
        found = questions.matches_among(*arguments)
        told.append(len(found.everyone))
        return found

    async def all_(*arguments: Any) -> Matches:
        found = await questions.matches_among_all(*arguments)
        told.append(len(found.everyone))
        return found

    monkeypatch.setattr(worker_module, "matches_among", some)
    monkeypatch.setattr(worker_module, "matches_among_all", all_)
    return told


async def test_a_change_has_those_evaluated_who_are_as_near_as_the_filter_looks(
    chain: Platform, evaluated: list[int]
) -> None:
    await go_live(chain, {"related": {"distance": 2, "where": WARM}}, "two")
    await go_live(chain, {"related": {"where": {"related": {"atLeast": 2, "where": WARM}}}}, "deep")
    watcher = LiveWorker(chain)
    await watcher.round(LATER)
    evaluated.clear()
    await warm(chain, "c10")
    await watcher.round(LATER)
    assert evaluated == [5, 5]
    assert await told(chain, "two") == [(f"c{n:02}", True, DATA) for n in (8, 9, 11, 12)]
    await warm(chain, "c12")
    await watcher.round(LATER)
    # c11 has two warm partners now: its own partners, c10 and c12, are who the filter finds.
    assert await told(chain, "deep") == [("c10", True, DATA), ("c12", True, DATA)]
    assert evaluated == [5] * 4


@pytest.mark.parametrize("reason", ["many", "merged", "meanwhile"])
async def test_all_are_evaluated_where_nobody_can_tell_who_is_near(
    chain: Platform, evaluated: list[int], monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    await go_live(chain, {"related": {"where": WARM}})
    watcher = LiveWorker(chain)
    await watcher.round(LATER)
    evaluated.clear()
    await warm(chain, "c10")
    match reason:
        case "many":
            monkeypatch.setattr(affected, "MOST_AROUND", 4)
        case "merged":
            await merge(chain, "c20", "c21")
        case "meanwhile":

            async def slowly(database: Database, ordinals: BitMap) -> IndexRun:
                await save(chain, [Customer(key="c11", name="Another")], NOW)
                return await load_some(database, ordinals)

            monkeypatch.setattr(affected, "load_some", slowly)
    await watcher.round(LATER)
    assert evaluated == [29 if reason == "merged" else 30]
    assert await told(chain) == [("c09", True, DATA), ("c11", True, DATA)]


async def test_what_changes_elsewhere_meanwhile_does_not_matter(chain: Platform) -> None:
    start = (await changes_since(chain.database, None)).offsets
    await warm(chain, "c10")
    news = await changes_since(chain.database, start)
    await warm(chain, "c20")
    found = await affected.affected(chain.database, news, 1)
    assert found is not None
    assert len(found.customers) == 3
    assert len(found.run.present) == 5


async def test_what_changed_while_nobody_watched_is_found_with_its_cause(either: Platform) -> None:
    visit = Event(key="e", customer="old", type="visit_page", at=NOW - timedelta(days=29))
    await save(either, [Customer(key="old"), visit], NOW)
    await go_live(either, {"any": [WARM, RECENT]})
    await LiveWorker(either).round(LATER)
    await warm(either, "a")
    await LiveWorker(either).round(NOW + timedelta(days=2))
    assert sorted(await told(either)) == [("a", True, DATA), ("old", False, TIME)]


async def test_many_watchers_record_every_move_once_and_in_order(platform: Platform) -> None:
    customers = [f"c{number}" for number in range(6)]
    await save(platform, [Customer(key=key) for key in customers], NOW)
    await go_live(platform)
    watchers = [LiveWorker(platform) for _ in range(3)]
    rounds, done = asyncio.Condition(), asyncio.Event()
    ended = [0] * len(watchers)

    async def watch(number: int) -> None:
        while not done.is_set():
            await watchers[number].round(LATER)
            async with rounds:
                ended[number] += 1
                rounds.notify_all()

    async def change() -> None:
        for turn in range(12):
            some = customers[turn % 3 :: 3]
            await (cool(platform, *some) if turn // 3 % 2 else warm(platform, *some))
            if turn % 3 == 2:  # before they move back: of two rounds that end now, one begins now
                await noticed(ended[0] + 2)
        done.set()

    async def noticed(number: int) -> None:
        async with rounds:
            await rounds.wait_for(lambda: ended[0] >= number)

    async with asyncio.TaskGroup() as group:
        for number in range(len(watchers)):
            group.create_task(watch(number))
        group.create_task(change())
    await watchers[0].round(LATER)
    crossings = await history(platform)
    assert [one.place.n for one in crossings] == sorted(one.place.n for one in crossings)
    for key in customers:
        sides = [one.entered for one in crossings if one.customer == key]
        assert sides == [True, False] * 2
    [watch_] = await read_watches(platform.database)
    assert watch_.n == max(one.place.n for one in crossings)
    assert len(await read_members(platform.database, watch_)) == watch_.size == 0


async def test_a_segment_that_fails_does_not_hold_up_the_others(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await go_live(platform, {"related": {"where": WARM}}, "heavy")
    await go_live(platform, key="light")
    watcher = LiveWorker(platform)
    await watcher.round(LATER)
    related = [
        Customer(key="a"),
        Customer(key="b"),
        Relation(customer="a", other="b", kind=RelationKind.PARTNER),
    ]
    await save(platform, related, NOW)
    whole = affected.affected

    async def fails(
        database: Database, news: FeedChanges, reach: int
    ) -> affected.AffectedCustomers | None:
        if reach:
            raise DatabaseTimeout("it takes too long.")
        return await whole(database, news, reach)

    monkeypatch.setattr(worker_module, "affected", fails)
    await warm(platform, "b")
    await watcher.round(LATER)
    assert await told(platform, "light") == [("b", True, DATA)]
    monkeypatch.setattr(worker_module, "affected", whole)
    await watcher.round(LATER)
    assert await told(platform, "heavy") == []
    await watcher.round(LATER + RETRY)
    assert await told(platform, "heavy") == [("a", True, DATA)]


async def test_a_segment_that_is_archived_or_not_live_any_more_rests(platform: Platform) -> None:
    for key in ("archived", "off", "on"):
        await go_live(platform, key=key)
    watcher = LiveWorker(platform)
    await watcher.round(LATER)
    await lifecycle.set_state(platform, SetSegmentState("archived", SegmentState.ARCHIVED), BY)
    await watching.set_live(platform, SetSegmentLive("off", False, None), BY)
    await warm(platform, "a")
    await watcher.round(LATER)
    assert [len(await told(platform, key)) for key in ("archived", "off", "on")] == [0, 0, 1]
    await lifecycle.set_state(platform, SetSegmentState("archived", SegmentState.ACTIVE), BY)
    await watching.set_live(platform, SetSegmentLive("off", True, None), BY)
    await watcher.round(LATER)
    assert [len(await told(platform, key)) for key in ("archived", "off", "on")] == [1, 1, 1]


async def test_a_schedule_that_never_comes_is_refused(platform: Platform) -> None:
    with pytest.raises(InvalidInput, match="never comes"):
        await go_live(platform, schedule="0 0 30 2 *")


async def test_deleting_a_live_segment_deletes_its_history(platform: Platform) -> None:
    await go_live(platform)
    await go_live(platform, key="other")
    watcher = LiveWorker(platform)
    await watcher.round(LATER)
    await warm(platform, "a")
    await watcher.round(LATER)
    await lifecycle.delete_segment(platform, DeleteSegment("s"), BY)
    await watcher.round(LATER)
    rows = await platform.database.read(
        "MATCH (n:Watch|Move) RETURN labels(n)[0] AS label, count(*) AS many ORDER BY label"
    )
    assert [(row["label"], row["many"]) for row in rows] == [("Move", 1), ("Watch", 1)]


async def test_who_may_not_change_a_segment_may_not_make_it_live(platform: Platform) -> None:
    await define(platform, WARM)
    with pytest.raises(Forbidden):
        await watching.set_live(
            platform, SetSegmentLive("s", True, None), CommandContext(Actor("wang"), NOW)
        )
    with pytest.raises(NotFound):
        await watching.set_live(platform, SetSegmentLive("x", True, None), BY)
    await lifecycle.set_state(platform, SetSegmentState("s", SegmentState.ARCHIVED), BY)
    with pytest.raises(Conflict, match="ARCHIVED"):
        await watching.set_live(platform, SetSegmentLive("s", True, None), BY)


@pytest.mark.parametrize("schedule", ["", "hourly", "61 * * * *", "0 3 * * 1", "* * * * * *"])
async def test_a_schedule_that_is_none_is_refused(platform: Platform, schedule: str) -> None:
    await define(platform, WARM)
    with pytest.raises(InvalidInput) as told_of:
        await watching.set_live(platform, SetSegmentLive("s", False, schedule), BY)
    assert told_of.value.where == "schedule"


def test_a_schedule_falls_in_the_time_zone_of_the_deployment() -> None:
    shanghai = Deployment(currency="CNY", phone_region="CN", timezone="Asia/Shanghai").zone
    first = next_run("0 3 * * mon-fri", NOW, shanghai)
    assert first == datetime.fromisoformat("2026-03-02T03:00:00+08:00")
    assert next_run("0 3 * * mon-fri", first, shanghai) == first + timedelta(days=1)
    assert next_run("* * 31 2 *", NOW, shanghai) is None


async def test_a_history_is_paged_from_the_newest_on(platform: Platform) -> None:
    await go_live(platform)
    watcher = LiveWorker(platform)
    await watcher.round(LATER)
    await warm(platform, "a", "b", "c")
    await watcher.round(LATER)
    await cool(platform, "b", "c")
    await watcher.round(LATER)
    whole = list(reversed(await history(platform)))
    pages: list[Sequence[Transition]] = []
    before: HistoryPosition | None = None
    while True:
        page = await watching.newest_transitions(platform, "s", first=2, before=before)
        pages.append(page.crossings)
        if not page.has_next:
            break
        before = page.crossings[-1].place
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [one for page in pages for one in page] == whole
    with pytest.raises(InvalidInput):
        await watching.newest_transitions(platform, "s", first=0)


async def test_whoever_follows_a_segment_is_told_of_each_move_in_order(platform: Platform) -> None:
    await go_live(platform)
    watcher = LiveWorker(platform)
    await watcher.round(LATER)
    following = watching.transitions(platform, "s", None)
    first = asyncio.ensure_future(anext(following))
    await warm(platform, "a", "b")
    await watcher.round(LATER)
    one = await asyncio.wait_for(first, 10)
    await cool(platform, "a")
    await watcher.round(LATER)
    rest = [await asyncio.wait_for(anext(following), 10) for _ in range(2)]
    assert [one, *rest] == await history(platform)
    await following.aclose()
    again = watching.transitions(platform, "s", one.place)
    assert [await anext(again), await anext(again)] == rest
    await again.aclose()


async def test_following_ends_with_an_error_where_there_is_nothing_live(platform: Platform) -> None:
    with pytest.raises(NotFound):
        await anext(watching.transitions(platform, "s", None))
    await define(platform, WARM)
    with pytest.raises(Conflict, match="not live"):
        await anext(watching.transitions(platform, "s", None))


async def test_a_segment_that_cannot_be_evaluated_rests_with_its_reason_and_stops_no_other(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await go_live(platform)
    await go_live(platform, {"not": WARM}, key="poisoned")
    watcher, among = LiveWorker(platform), questions.matches_among_all

    async def fails(platform: Platform, asked: Any, now: datetime) -> Any:
        if asked.filter != decode(WARM):
            raise KeyError("fair")
        return await among(platform, asked, now)

    monkeypatch.setattr(worker_module, "matches_among_all", fails)
    await warm(platform, "a")
    await watcher.round(LATER)
    assert (await watching.live_states(platform, ["poisoned"]))["poisoned"].problem == "KeyError"
    assert await told(platform) == [("a", True, DATA)]
    assert "live segments set 1 aside (KeyError)" in platform.cache.routines.summary()
    monkeypatch.undo()
    await watcher.round(LATER)
    assert await watching.failure(platform, "poisoned") == "KeyError"
    await watcher.round(LATER + RETRY)
    assert await watching.failure(platform, "poisoned") is None
    assert platform.cache.routines.summary() == "ok"


async def test_a_filter_that_cannot_be_read_stops_no_other_segment(platform: Platform) -> None:
    await go_live(platform)
    await go_live(platform, key="poisoned")
    await platform.database.define(
        "MATCH (:Segment {key: 'poisoned'})-[:HAS_VERSION]->(v) SET v.filter = '{'"
    )
    watcher = LiveWorker(platform)
    await warm(platform, "a")
    await watcher.round(LATER)
    assert await told(platform) == [("a", True, DATA)]
    assert await watching.failure(platform, "poisoned")
