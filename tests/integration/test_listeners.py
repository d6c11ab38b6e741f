"""Listeners are told after the commit; one that hangs or raises is contained, named and set aside."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR
from profilegraph.domain.live import MoveCause
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.errors import InvalidInput, NotFound
from profilegraph.hooks import MembershipChanged, TaggedCustomer, TagsChanged, hookimpl
from profilegraph.hooks.hosting.circuit_breaker import CircuitBreaker, PluginPart
from profilegraph.hooks.hosting.host import Host
from profilegraph.services.customers.records import UntagCustomers, save, untag_customers
from profilegraph.services.live.worker import LiveWorker
from profilegraph.services.platform import Platform
from profilegraph.services.plugins import listeners as module
from profilegraph.services.plugins.listeners import ListenerQueue
from profilegraph.services.plugins.models import compute
from profilegraph.storage.neo4j.events import TagsWritten
from tests.conftest import NOW
from tests.integration.test_live import cool, go_live, warm
from tests.support.plugins import host_of

LATER = NOW + timedelta(minutes=1)
PART = PluginPart("acme", "on_tags_changed")


class Ear:
    """Remembers what it is told; `does` is done first."""

    def __init__(self, does: Callable[[], object] = lambda: None) -> None:
        self.heard: list[Any] = []
        self.does = does

    @hookimpl
    def on_tags_changed(self, change: TagsChanged) -> None:
        self.does()
        self.heard.append(change)

    @hookimpl
    def on_membership_changed(self, change: MembershipChanged) -> None:
        self.does()
        self.heard.append(change)


@pytest.fixture
async def hear(platform: Platform) -> AsyncIterator[Any]:
    """Makes a platform with listeners, whose end waits for them."""
    made: list[ListenerQueue] = []

    def with_ears(**ears: object) -> Platform:
        host = replace(platform.host, listeners=host_of(**ears).listeners, guard=CircuitBreaker())
        made.append(ListenerQueue(host.listeners, host.guard))
        platform.database.events.subscribe(TagsWritten, made[-1].tags_written)
        return replace(platform, host=host, listening=made[-1])

    yield with_ears
    for one in made:
        platform.database.events.unsubscribe(TagsWritten, one.tags_written)
    await asyncio.gather(*(one.close() for one in made))


def tags(*pairs: tuple[str, str]) -> tuple[TaggedCustomer, ...]:
    return tuple(TaggedCustomer(customer, f"temperature/{tag}") for customer, tag in pairs)


async def test_what_people_give_and_take_is_told_in_order(hear: Any) -> None:
    ear = Ear()
    platform = hear(acme=ear)
    await warm(platform, "a", "b")
    await cool(platform, "a", "nobody")
    await platform.listening.close()
    assert ear.heard == [
        TagsChanged(NOW, tagged=tags(("a", "warm"), ("b", "warm"))),
        TagsChanged(LATER, untagged=tags(("a", "warm"))),
    ]


async def test_what_a_model_gives_and_takes_is_told(hear: Any) -> None:
    ear = Ear()
    platform = hear(acme=ear)
    bought = Event(key="e", customer="a", type="purchase", at=NOW - timedelta(days=1))
    await save(platform, [Customer(key="a"), Customer(key="b"), bought], NOW)
    model = platform.host.model("lifecycle")
    await compute(platform, model, NOW)
    await compute(platform, model, NOW)
    await compute(platform, model, NOW + timedelta(days=900))
    await platform.listening.close()
    new, gone = ear.heard[0], ear.heard[1:]
    assert new == TagsChanged(NOW, tagged=(TaggedCustomer("a", "lifecycle/acquisition"),))
    assert [(one.tagged, one.untagged) for one in gone] == [
        ((TaggedCustomer("a", "lifecycle/churn"),), ()),
        ((), (TaggedCustomer("a", "lifecycle/acquisition"),)),
    ]


async def test_what_was_not_committed_is_not_told(hear: Any) -> None:
    ear = Ear()
    platform = hear(acme=ear)
    missing = Tagging(customer="nobody", tag="temperature/warm", since=NOW)
    good = Tagging(customer="a", tag="temperature/warm", since=NOW)
    with pytest.raises(NotFound):
        await save(platform, [Customer(key="a"), good, missing], NOW)
    await platform.listening.close()
    assert ear.heard == []


async def test_who_enters_and_leaves_a_live_segment_is_told_with_the_cause(hear: Any) -> None:
    ear = Ear()
    platform = hear(acme=ear)
    await warm(platform, "a")
    await go_live(platform)
    watcher = LiveWorker(platform)
    await watcher.round(LATER)
    await warm(platform, "b")
    await cool(platform, "a")
    await watcher.round(LATER)
    await watcher.round(LATER)
    await platform.listening.close()
    moves = [one for one in ear.heard if isinstance(one, MembershipChanged)]
    cause = MoveCause.DATA_CHANGED
    assert moves == [
        MembershipChanged("s", LATER, cause, entered=("b",)),
        MembershipChanged("s", LATER, cause, left=("a",)),
    ]


async def test_many_changes_come_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_TAGGINGS", 2)
    monkeypatch.setattr(module, "MOST_CUSTOMERS", 2)
    ear = Ear()
    listening = ListenerQueue(host_of(acme=ear).listeners)
    listening.tags_written(TagsWritten(NOW, (("a", "x/y"), ("b", "x/y"), ("c", "x/y"))))
    change = MembershipChanged("s", NOW, MoveCause.TIME_PASSED, ("a", "b", "c"), ("d",))
    listening.members_moved(change)
    await listening.close()
    tagged = [one for one in ear.heard if isinstance(one, TagsChanged)]
    moved = [one for one in ear.heard if isinstance(one, MembershipChanged)]
    assert [len(one.tagged) for one in tagged] == [2, 1]
    assert [(one.entered, one.left) for one in moved] == [
        (("a", "b"), ()),
        (("c",), ()),
        ((), ("d",)),
    ]


def failing(error: BaseException) -> Callable[[], object]:
    def does() -> object:
        raise error

    return does


@pytest.mark.parametrize(
    "error", [RuntimeError("no network"), InvalidInput("no"), SystemExit(3), KeyboardInterrupt()]
)
async def test_a_listener_that_raises_is_named_set_aside_and_stops_nobody(
    error: BaseException,
) -> None:
    good, bad = Ear(), Ear(failing(error))
    host = host_of(good=good, bad=bad)
    listening = told(host, 5)
    await listening.close()
    assert len(good.heard) == 5
    [trouble] = host.guard.troubles
    assert trouble.part == ("bad", "on_tags_changed")
    assert (trouble.failures, host.guard.set_aside(trouble.part)) == (3, True)
    assert listening.missed[trouble.part] == 5


def told(host: Host, changes: int) -> ListenerQueue:
    listening = ListenerQueue(host.listeners, host.guard)
    for n in range(changes):
        listening.tags_written(TagsWritten(NOW, ((f"c{n}", "x/y"),)))
    return listening


def calls() -> list[threading.Thread]:
    """Return the threads in which plugins' code runs; beside them, some ask others to end."""
    return [one for one in threading.enumerate() if not one.name.startswith("end ")]


async def test_a_listener_that_hangs_costs_one_thread_and_holds_up_nobody(
    forever: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LISTEN_SECONDS", 0.2)
    good, bad = Ear(), Ear(forever.wait)
    host = host_of(good=good, bad=bad)
    before = len(calls())
    listening = told(host, 5)
    await listening.close()
    assert len(calls()) == before + 1
    assert len(good.heard) == 5
    [trouble] = host.guard.troubles
    assert "did not end within 0.2 s" in trouble.reason
    assert trouble.failures == 1
    assert listening.missed[trouble.part] == 5


async def test_a_hanging_listener_is_not_called_again_until_it_has_ended(
    forever: threading.Event,
) -> None:
    clock = [0.0]
    guard = CircuitBreaker(lambda: clock[0])
    part = PART
    with pytest.raises(Exception, match="did not end"):
        await guard.call_beside(part, 0.05, forever.wait)
    clock[0] = 1e9
    assert guard.set_aside(part)
    stuck = guard.troubles[0].stuck
    forever.set()
    assert stuck is not None
    assert await asyncio.wrap_future(stuck) is True
    assert not guard.set_aside(part)


async def test_a_slow_listener_drops_what_it_cannot_keep_up_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    ear = Ear()
    host = host_of(acme=ear)
    listening = told(host, 5)
    await listening.close()
    assert len(ear.heard) == 2
    assert listening.missed[PART] == 3


async def test_the_end_of_the_process_does_not_wait_for_ever(
    forever: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CLOSE_SECONDS", 0.2)
    host = host_of(acme=Ear(forever.wait))
    listening = told(host, 3)
    await listening.close()
    assert listening.missed[PART] == 2


async def test_tags_that_are_taken_twice_are_told_once(hear: Any) -> None:
    ear = Ear()
    platform = hear(acme=ear)
    await warm(platform, "a")
    for _ in range(2):
        await untag_customers(
            platform, UntagCustomers(("a",), ("temperature/warm",)), CommandContext(OPERATOR, LATER)
        )
    await platform.listening.close()
    assert [one.untagged for one in ear.heard] == [(), tags(("a", "warm"))]
