"""Members of a segment are sent to a plugin's destination once, however often it is tried."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel, Field

from profilegraph.domain.audit import AuditActor, AuditQuestion
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.destinations import DELIVERY, DeliveryRecord
from profilegraph.domain.duties import OPERATOR, Actor
from profilegraph.domain.outbox import HOLD, SCHEDULE, OutboxState
from profilegraph.domain.records.customers import Customer, Identity, IdentityKind
from profilegraph.domain.values import Labels
from profilegraph.errors import DatabaseUnavailable, InvalidInput, NotFound
from profilegraph.hooks import Delivery, Destination, hookimpl
from profilegraph.services.audit.questions import audit_page
from profilegraph.services.customers.records import UntagCustomers, save, untag_customers
from profilegraph.services.destinations import sending
from profilegraph.services.destinations.sending import SendSegment, delivery_kind, request_delivery
from profilegraph.services.operations.doctor import plugin_state
from profilegraph.services.outbox.worker import MARGIN
from profilegraph.services.platform import Platform
from profilegraph.services.segments import lifecycle
from profilegraph.services.segments.lifecycle import DeleteSegment
from profilegraph.storage import destinations as storage
from profilegraph.storage import outbox
from tests.conftest import NOW
from tests.integration.test_live import cool, define, warm
from tests.support.outbox import die_after_sending
from tests.support.plugins import delivering, send_due, with_plugins

LATER = NOW + timedelta(minutes=1)
BY = CommandContext(Actor("li"), NOW)
SENT, FAILED, WAITING = OutboxState.SENT, OutboxState.FAILED, OutboxState.WAITING
LEASE = timedelta(seconds=sending.SEND_SECONDS + sending.READ_SECONDS) + MARGIN


class Options(BaseModel):
    folder: str = Field(description="Where to.")


class Post(Destination[Options]):
    """Keeps what arrives, by the delivery's id; `does` is done first, with the attempt's number."""

    key = "post"
    labels = Labels(zh_cn="邮局", en="Post")
    options: type[Any] = Options
    columns = ("key", "identity:phone", "tags:temperature")

    def __init__(self, does: Callable[[int], object] = lambda _: None) -> None:
        self.arrived: dict[str, list[Any]] = {}
        self.attempts = 0
        self.does = does

    @hookimpl
    def register_destinations(self) -> Sequence[Destination[Any]]:
        return [self]

    async def send(self, delivery: Delivery[Options]) -> str:
        self.attempts += 1
        self.arrived[delivery.id] = [page async for page in delivery.pages()]
        self.does(self.attempts)
        return f"{delivery.members} to {delivery.options.folder}"


def failing(error: BaseException, attempts: int = 99) -> Callable[[int], object]:
    def does(attempt: int) -> None:
        if attempt <= attempts:
            raise error

    return does


async def ask(
    platform: Platform,
    context: CommandContext = BY,
    columns: tuple[str, ...] | None = None,
    folder: str = "x",
) -> DeliveryRecord:
    return await request_delivery(
        platform, SendSegment("s", "post", {"folder": folder}, columns), context
    )


async def send(platform: Platform, waiting: DeliveryRecord | None = None) -> DeliveryRecord:
    """Send a delivery, one that is asked for now unless it waits already, as a command does."""
    key = (waiting or await ask(platform)).key
    await delivering(platform, LATER).send(DELIVERY, key)
    return await sending.delivery(platform, key)


@pytest.fixture
async def warmed(platform: Platform) -> Platform:
    await warm(platform, "a", "b")
    phone = Identity(kind=IdentityKind.PHONE, value="+8613812345678", customer="a")
    await save(platform, [phone], NOW)
    await define(platform, {"tags": {"dimension": "temperature", "anyOf": ["warm"]}})
    return platform


async def test_members_arrive_with_the_columns_that_the_destination_wants(warmed: Platform) -> None:
    post = Post()
    sent = await send(with_plugins(warmed, acme=post))
    assert (sent.state, sent.note, sent.size, sent.problem) == (SENT, "2 to x", 2, None)
    [[page]] = post.arrived.values()
    assert page.number == 1
    assert page.rows == [
        {"key": "a", "identity:phone": ("+8613812345678",), "tags:temperature": ("warm",)},
        {"key": "b", "identity:phone": (), "tags:temperature": ("warm",)},
    ]


async def test_other_columns_can_be_asked_for_and_unknown_ones_are_refused(
    warmed: Platform,
) -> None:
    post = Post()
    platform = with_plugins(warmed, acme=post)
    await send(platform, await ask(platform, columns=("name",)))
    [[page]] = post.arrived.values()
    assert page.rows == [{"name": None}] * 2
    with pytest.raises(InvalidInput, match="no column is called"):
        await ask(platform, columns=("nmae",))


async def test_each_attempt_is_recorded_for_whom_and_with_which_columns(warmed: Platform) -> None:
    platform = with_plugins(warmed, acme=Post(failing(TimeoutError("busy"), attempts=1)))
    failed = await send(platform)
    await send_due(platform, LATER + SCHEDULE[0])
    page = await audit_page(platform, AuditQuestion(what="DELIVERY"), 10)
    entries = [one.entry for one in page.entries]
    assert sorted(one.code or "" for one in entries) == ["FAILED", "SENT"]
    columns = ("column:key", "column:identity:phone", "column:tags:temperature")
    for one in entries:
        assert one.actor == AuditActor("outbox", on_behalf_of="li")
        assert one.targets == (
            f"delivery:{failed.key}", "segment:s", "destination:post", *columns
        )  # fmt: skip
        assert one.customer_count == 2
    assert "13812345678" not in repr(entries)


async def test_a_destination_that_fails_is_tried_again_under_the_same_id(warmed: Platform) -> None:
    post = Post(failing(ConnectionError("no network"), attempts=2))
    platform, now = with_plugins(warmed, acme=post), LATER
    waiting = await ask(platform)
    for attempts, wait in enumerate(SCHEDULE[:2], start=1):
        await send_due(platform, now)
        await send_due(platform, now + wait - timedelta(seconds=1))  # not before
        found = await sending.delivery(platform, waiting.key)
        assert (found.state, found.attempts, found.due_at) == (WAITING, attempts, now + wait)
        now += wait
    await send_due(platform, now)
    assert (await sending.delivery(platform, waiting.key)).state is SENT
    assert (post.attempts, len(post.arrived)) == (3, 1)
    assert [trouble.in_a_row for trouble in platform.host.guard.troubles] == [0]


async def test_what_failed_is_taken_up_again_with_its_id_and_its_members(warmed: Platform) -> None:
    post = Post(failing(ConnectionError("no network")))
    platform = with_plugins(warmed, acme=post)
    failed = await send(platform)
    assert (failed.state, failed.attempts) == (WAITING, 1)
    assert failed.problem is not None
    assert "'acme' failed (destination post): ConnectionError: no network" in failed.problem
    [trouble] = platform.host.guard.troubles
    assert (trouble.part.plugin, trouble.failures) == ("acme", 1)
    await cool(platform, "a")
    await warm(platform, "c")
    post.does = failing(ConnectionError(), attempts=0)
    again = await send(platform)
    assert (again.key, again.state, again.attempts) == (failed.key, SENT, 1)
    [[page]] = post.arrived.values()
    assert [row["key"] for row in page.rows] == ["a", "b"]


async def test_after_it_was_sent_asking_again_is_another_delivery_unless_by_the_same_request(
    warmed: Platform,
) -> None:
    platform = with_plugins(warmed, acme=Post())
    once = CommandContext(Actor("li"), NOW, idempotency_key="r")
    first = await send(platform, await ask(platform, once))
    assert (await ask(platform, once)).key == first.key
    assert (await send(platform, await ask(platform, once))).attempts == 1
    assert (await ask(platform)).key != first.key


async def test_other_options_are_another_delivery(warmed: Platform) -> None:
    platform = with_plugins(warmed, acme=Post())
    assert (await ask(platform)).key == (await ask(platform)).key
    assert (await ask(platform)).key != (await ask(platform, folder="y")).key


async def test_invalid_input_is_told_and_tried_again_only_when_it_is_asked_for(
    warmed: Platform,
) -> None:
    post = Post(failing(InvalidInput("the folder is full.")))
    platform = with_plugins(warmed, acme=post)
    failed = await send(platform)
    assert (failed.state, post.attempts, failed.problem) == (FAILED, 1, "the folder is full.")
    assert platform.host.guard.troubles == ()
    await send_due(platform, LATER + sum(SCHEDULE, timedelta()))
    assert post.attempts == 1
    post.does = lambda _: None
    again = await send(platform)
    assert (again.key, again.state, again.problem) == (failed.key, SENT, None)


@pytest.mark.parametrize(
    ("given", "message"), [({}, "folder"), ({"folder": "x", "fodler": "y"}, "fodler")]
)
async def test_options_are_checked_before_anything_is_sent(
    warmed: Platform, given: dict[str, str], message: str
) -> None:
    class Strict(Options, extra="forbid"):
        pass

    post = Post()
    post.options = Strict
    platform = with_plugins(warmed, acme=post)
    with pytest.raises(InvalidInput, match=message):
        await request_delivery(platform, SendSegment("s", "post", given, None), BY)
    assert await storage.read_deliveries(platform.database) == []


async def test_what_does_not_exist_is_named(warmed: Platform) -> None:
    platform = with_plugins(warmed, acme=Post())
    with pytest.raises(NotFound, match="Did you mean post"):
        await request_delivery(platform, SendSegment("s", "pots", {}, None), BY)
    with pytest.raises(NotFound, match="no segment"):
        await request_delivery(platform, SendSegment("none", "post", {"folder": "x"}, None), BY)


async def test_a_destination_that_hangs_is_left_and_not_called_beside_itself(
    warmed: Platform, forever: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SEND_SECONDS", 0.5)
    post = Post(lambda _: forever.wait())
    platform = with_plugins(warmed, acme=post)
    failed = await send(platform)
    assert failed.problem is not None
    assert "did not end within 0.5 s" in failed.problem
    again = await send(platform)
    assert again.problem is not None
    assert "is set aside" in again.problem
    assert post.attempts == 1


async def test_two_processes_do_not_send_one_delivery_at_once(warmed: Platform) -> None:
    post = Post()
    platform = with_plugins(warmed, acme=post)
    waiting = await ask(platform)
    found = await asyncio.gather(*(send(platform, waiting) for _ in range(4)))
    assert post.attempts == 1
    assert {one.key for one in found} == {waiting.key}


async def test_what_a_process_that_died_was_sending_is_sent_by_another_later(
    warmed: Platform,
) -> None:
    post = Post()
    platform = with_plugins(warmed, acme=post)
    waiting = await ask(platform)
    await platform.database.write(
        lambda transaction: outbox.lease(transaction, waiting, NOW, NOW + LEASE)
    )
    await send_due(platform, LATER)
    assert post.attempts == 0
    await send_due(platform, NOW + LEASE)
    assert post.attempts == 1
    assert (await sending.delivery(platform, waiting.key)).state is SENT


async def test_a_process_that_dies_after_sending_has_the_same_list_sent_again(
    warmed: Platform,
) -> None:
    post = Post()
    platform = with_plugins(warmed, acme=post)
    waiting = await ask(platform)
    assert await die_after_sending(platform, delivery_kind(platform), LATER)
    await send_due(platform, LATER + LEASE - timedelta(seconds=1))
    assert post.attempts == 1
    await send_due(platform, LATER + LEASE)
    assert (post.attempts, list(post.arrived)) == (2, [waiting.key])
    assert (await sending.delivery(platform, waiting.key)).state is SENT


async def test_a_database_that_fails_is_not_the_plugin_s_fault(
    warmed: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise DatabaseUnavailable("none answers.")

    platform = with_plugins(warmed, acme=Post())
    monkeypatch.setattr(sending, "keys_of", away)
    failed = await send(platform)
    assert (failed.state, failed.problem) == (WAITING, "none answers.")
    assert (failed.attempts, failed.due_at) == (1, LATER + SCHEDULE[0])
    assert platform.host.guard.troubles == ()


async def test_pages_have_the_same_members_under_the_same_number(
    warmed: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PAGE", 2)
    await warm(warmed, "c", "d", "e")
    post = Post(failing(ConnectionError(), attempts=1))
    platform = with_plugins(warmed, acme=post)
    seen: list[list[str]] = []

    def look_and_fail_once(attempt: int) -> None:
        seen.append([row["key"] for page in pages(post) for row in page.rows])
        failing(ConnectionError(), 1)(attempt)

    post.does = look_and_fail_once
    for _ in range(2):
        await send(platform)
    assert seen[0] == seen[1]
    assert [page.number for page in pages(post)] == [1, 2, 3]


def pages(post: Post) -> list[Any]:
    [found] = post.arrived.values()
    return found


async def test_whoever_is_erased_meanwhile_is_not_sent(warmed: Platform) -> None:
    post = Post()
    platform = with_plugins(warmed, acme=post)
    waiting = await ask(platform)
    await platform.database.write(
        lambda transaction: transaction.run("MATCH (c:Customer {key: 'a'}) DETACH DELETE c")
    )
    await send(platform, waiting)
    assert [row["key"] for row in pages(post)[0].rows] == ["b"]


async def test_an_empty_segment_is_sent_as_such(warmed: Platform) -> None:
    platform = with_plugins(warmed, acme=Post())
    await untag_customers(
        platform,
        UntagCustomers(
            ("a", "b"),
            ("temperature/warm",),
        ),
        CommandContext(OPERATOR, NOW),
    )
    sent = await send(platform)
    assert (sent.state, sent.note) == (SENT, "0 to x")


async def test_deliveries_go_with_their_segment(warmed: Platform) -> None:
    platform = with_plugins(warmed, acme=Post())
    await send(platform)
    assert len((await sending.deliveries(platform, ["s"]))["s"]) == 1
    await lifecycle.delete_segment(platform, DeleteSegment("s"), BY)
    assert await platform.database.read("MATCH (d:Delivery) RETURN d") == []


async def test_new_customers_are_no_part_of_what_waits(warmed: Platform) -> None:
    platform = with_plugins(warmed, acme=Post())
    waiting = await ask(platform)
    await save(platform, [Customer(key="z")], NOW)
    await warm(platform, "z")
    assert (await ask(platform)).size == waiting.size == 2
    assert WAITING is waiting.state


async def test_what_fails_for_one_receiver_is_set_aside_for_that_receiver_alone(
    warmed: Platform,
) -> None:
    post = Post(failing(ConnectionError("no route to host")))
    platform = with_plugins(warmed, acme=post)
    for _ in range(3):
        assert (await send(platform)).problem is not None
    last = await send(platform)
    assert last.problem is not None
    assert "is set aside for this receiver" in last.problem
    assert (last.state, last.attempts, post.attempts) == (WAITING, 0, 3)
    assert last.due_at == LATER + HOLD
    post.does = lambda _: None
    other = await send(platform, await ask(platform, folder="y"))
    assert (other.state, other.note) == (SENT, "2 to y")
    assert plugin_state(platform.host) == "acme (destination post) fails for 1 of its receivers"


async def test_a_receiver_that_hangs_keeps_no_other_waiting(
    warmed: Platform, forever: threading.Event
) -> None:
    quick = threading.Event()
    reached: list[str] = []

    class Slow(Post):
        async def send(self, delivery: Delivery[Options]) -> str:
            reached.append(delivery.options.folder)
            (forever.wait if delivery.options.folder == "slow" else quick.set)()
            return "taken"

    platform = with_plugins(warmed, acme=Slow())
    waiting = [await ask(platform, folder="slow"), await ask(platform, folder="quick")]
    sending_ = delivering(platform, LATER)
    for _ in range(2):  # a round ends although a receiver hangs, and begins nothing twice
        await sending_.round(LATER)
    assert await asyncio.to_thread(quick.wait, 60)
    forever.set()
    await sending_.settled()
    assert sorted(reached) == ["quick", "slow"]
    found = [await sending.delivery(platform, one.key) for one in waiting]
    assert [one.state for one in found] == [SENT, SENT]


async def test_a_delivery_that_cannot_be_sent_is_told_with_its_reason(
    warmed: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = with_plugins(warmed, acme=Post())
    waiting = await ask(platform)

    async def fails(*_: object) -> None:
        raise KeyError("personal")

    monkeypatch.setattr(storage, "read_members", fails)
    await send_due(platform, LATER)
    found = await sending.delivery(platform, waiting.key)
    assert (found.state, found.problem) == (WAITING, "it cannot be sent: KeyError")
    aside = {f"delivery {waiting.key}": "KeyError"}
    assert platform.cache.routines.items_set_aside("outbox") == aside
