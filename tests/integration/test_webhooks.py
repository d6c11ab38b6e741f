"""Webhooks: every move is told, in order, signed, at least once, and always as the same event."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from profilegraph.domain.audit import AuditActor, AuditQuestion
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import Actor
from profilegraph.domain.outbox import SCHEDULE
from profilegraph.domain.records.customers import Customer
from profilegraph.domain.webhooks import Webhook
from profilegraph.errors import Conflict, Forbidden, InvalidInput, NotFound
from profilegraph.hooks.outgoing import posting
from profilegraph.services.audit.questions import audit_page
from profilegraph.services.customers.records import save
from profilegraph.services.live.worker import LiveWorker
from profilegraph.services.outbox.worker import EACH, MARGIN, OutboxWorker
from profilegraph.services.platform import Platform
from profilegraph.services.segments import lifecycle
from profilegraph.services.segments.lifecycle import DeleteSegment
from profilegraph.services.webhooks import messages, service
from profilegraph.services.webhooks import sending as module
from profilegraph.services.webhooks.sending import SECONDS, MessageSender, Post, webhook_kind
from profilegraph.services.webhooks.service import DeleteWebhook, SaveWebhook
from tests.conftest import NOW
from tests.integration.test_live import BY, LATER, cool, define, go_live, warm
from tests.support.outbox import die_after_sending
from tests.support.serving import serving

LEASE = timedelta(seconds=SECONDS) + MARGIN
WARM: dict[str, Any] = {"tags": {"dimension": "temperature", "anyOf": ["warm"]}}


class Receiver:
    """Takes messages, or answers with the next of the statuses that it was told."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.taken: list[dict[str, Any]] = []
        self.tries: list[tuple[str, bytes]] = []
        self.secret = ""

    async def __call__(self, request: Request) -> Response:
        body = await request.body()
        self.tries.append((request.headers["webhook-id"], body))
        status = self.statuses.pop(0) if self.statuses else 204
        if status == 302:
            return RedirectResponse("/elsewhere", 302)
        if status < 300:
            self.taken.append(self.verified(body, request))
        return Response(status_code=status)

    def verified(self, body: bytes, request: Request) -> dict[str, Any]:
        at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), tz=NOW.tzinfo)
        signed = Verifier(self.secret).sign(request.headers["webhook-id"], at, body.decode())
        assert request.headers["webhook-signature"] == signed
        assert request.headers["content-type"] == "application/json"
        told: dict[str, Any] = json.loads(body)
        return told


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def address(receiver: Receiver) -> AsyncIterator[str]:
    async def take(request: Request) -> Response:
        return await receiver(request)

    async with serving(Starlette(routes=[Route("/{path:path}", take, methods=["POST"])])) as base:
        yield f"{base}/hook"


@pytest.fixture
async def open_platform(platform: Platform) -> Platform:
    """A platform that may send to this machine."""
    settings = platform.settings.model_copy(update={"webhook_private": True})
    return replace(platform, settings=settings)


@pytest.fixture
async def hooked(open_platform: Platform, receiver: Receiver, address: str) -> Platform:
    """A platform with a live segment and a webhook that is told of it."""
    await go_live(open_platform)
    saved = await service.save_webhook(open_platform, SaveWebhook("h", "s", address), BY)
    assert saved.secret is not None
    receiver.secret = saved.secret
    return open_platform


def outbox(
    platform: Platform, post: Post | None = None, now: datetime = LATER, *, private: bool = True
) -> OutboxWorker:
    """What sends webhooks in one process."""
    kind = webhook_kind(platform, post or MessageSender(private=private))
    return OutboxWorker(platform, [kind], lambda: now)


async def deliver(platform: Platform, now: datetime = LATER, *, private: bool = True) -> None:
    """Send what is due at a moment, as one round of one process does, and wait for the receivers."""
    worker = outbox(platform, now=now, private=private)
    await worker.round(now)
    await worker.settled()


async def hook(platform: Platform) -> Webhook:
    return (await service.webhooks(platform, ["s"]))["s"][0]


async def move(platform: Platform, *customers: str) -> None:
    await warm(platform, *customers)
    await LiveWorker(platform).round(LATER)


def told(receiver: Receiver) -> list[tuple[list[str], list[str]]]:
    return [(one["data"]["entered"], one["data"]["left"]) for one in receiver.taken]


async def test_every_move_is_told_once_signed_and_in_order(
    hooked: Platform, receiver: Receiver
) -> None:
    await move(hooked, "a", "b")
    await cool(hooked, "a")
    await LiveWorker(hooked).round(LATER)
    for _ in range(2):
        await deliver(hooked, LATER)
    assert told(receiver) == [(["a", "b"], []), ([], ["a"])]
    assert receiver.taken[0] == {
        "type": "segment.membership",
        "timestamp": LATER.isoformat(),
        "data": {
            "segment": "s",
            "move": 1,
            "part": 1,
            "parts": 1,
            "cause": "DATA_CHANGED",
            "entered": ["a", "b"],
            "left": [],
        },
    }
    assert len({id_ for id_, _ in receiver.tries}) == 2
    assert (await hook(hooked)).delivered_at == LATER


async def test_each_message_is_recorded_for_the_owner_of_the_segment(
    hooked: Platform, receiver: Receiver
) -> None:
    receiver.statuses = [410]
    await move(hooked, "a", "b")
    await deliver(hooked)
    page = await audit_page(hooked, AuditQuestion(what="DELIVERY"), 10)
    [entry] = [one.entry for one in page.entries]
    assert entry.actor == AuditActor("outbox", on_behalf_of="li")
    assert (entry.targets, entry.customer_count) == (("webhook:h", "segment:s"), 2)
    assert entry.code not in {None, "SENT"}
    assert (await hook(hooked)).url not in repr(entry)


async def test_a_message_in_vain_is_sent_again_later_as_the_same_event(
    hooked: Platform, receiver: Receiver
) -> None:
    await move(hooked, "a")
    receiver.statuses = [500, 302]
    now = LATER
    for pause in SCHEDULE[:2]:
        await deliver(hooked, now)
        assert told(receiver) == []
        await deliver(hooked, now + pause - timedelta(seconds=1))
        now += pause
    assert (await hook(hooked)).problem == "HTTP 302"
    await deliver(hooked, now)  # another process than the ones before
    assert told(receiver) == [(["a"], [])]
    assert len(receiver.tries) == 3
    assert len(set(receiver.tries)) == 1
    assert (await hook(hooked)).problem is None


async def test_a_receiver_that_never_answers_is_given_up_and_can_be_taken_up_again(
    hooked: Platform, receiver: Receiver, address: str
) -> None:
    await move(hooked, "a")
    receiver.statuses = [503] * (len(SCHEDULE) + 1)
    now = LATER
    for pause in (*SCHEDULE, timedelta(days=9)):
        await deliver(hooked, now)
        now += pause
    assert (await hook(hooked)).given_up
    await deliver(hooked, now)
    assert len(receiver.tries) == len(SCHEDULE) + 1
    again = await service.save_webhook(hooked, SaveWebhook("h", "s", address), replace(BY, now=now))
    assert again.secret is None
    await deliver(hooked, now)
    assert told(receiver) == [(["a"], [])]


async def test_a_receiver_that_is_gone_is_given_up_at_once(
    hooked: Platform, receiver: Receiver
) -> None:
    await move(hooked, "a")
    receiver.statuses = [410]
    await deliver(hooked, LATER)
    assert (await hook(hooked)).given_up


async def test_a_process_that_dies_after_sending_leaves_the_message_to_another(
    hooked: Platform, receiver: Receiver
) -> None:
    await move(hooked, "a")
    kind = webhook_kind(hooked, MessageSender(private=True))
    assert await die_after_sending(hooked, kind, LATER)
    await deliver(hooked, LATER)
    assert len(receiver.tries) == 1  # it is leased for a while
    await deliver(hooked, LATER + LEASE)
    assert len(receiver.tries) == 2
    assert len(set(receiver.tries)) == 1


async def test_many_processes_send_each_message_once(hooked: Platform, receiver: Receiver) -> None:
    for key in ("a", "b", "c"):
        await move(hooked, key)
    await asyncio.gather(*(deliver(hooked, LATER) for _ in range(4)))
    await deliver(hooked, LATER)
    assert told(receiver) == [(["a"], []), (["b"], []), (["c"], [])]
    assert len(receiver.tries) == 3


async def test_a_large_move_is_told_in_parts_that_each_are_an_event(
    hooked: Platform, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "PART", 2)
    await move(hooked, "a", "b", "c")
    receiver.statuses = [204, 500]
    await deliver(hooked, LATER)
    await deliver(hooked, LATER + SCHEDULE[0])
    assert told(receiver) == [(["a", "b"], []), (["c"], [])]
    assert [one["data"]["part"] for one in receiver.taken] == [1, 2]
    ids = [id_ for id_, _ in receiver.tries]
    assert ids[1] == ids[2] != ids[0]


async def test_a_receiver_that_says_nothing_is_left_after_a_while(
    hooked: Platform, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await move(hooked, "a")
    monkeypatch.setattr(posting, "SECONDS", 0.0)
    await deliver(hooked, LATER)
    assert (await hook(hooked)).problem == "no answer within 0 s"


async def test_a_receiver_that_is_not_there_is_a_problem_to_be_seen(
    hooked: Platform,
) -> None:
    await service.save_webhook(hooked, SaveWebhook("h", "s", "http://127.0.0.1:1/"), BY)
    await move(hooked, "a")
    await deliver(hooked, LATER)
    found = await hook(hooked)
    assert (found.attempts, found.problem) == (1, "ConnectError: All connection attempts failed")


async def test_nothing_is_sent_to_an_address_that_is_not_public(
    hooked: Platform, receiver: Receiver
) -> None:
    await move(hooked, "a")
    await deliver(hooked, private=False)
    assert receiver.tries == []
    assert (await hook(hooked)).attempts == 1


async def test_an_address_that_cannot_be_used_is_refused(platform: Platform) -> None:
    await go_live(platform)
    with pytest.raises(InvalidInput) as error:
        await service.save_webhook(platform, SaveWebhook("h", "s", "https://a..b/"), BY)
    assert error.value.where == "url"


POISON = (
    "https://a..b/",
    f"https://{'a' * 64}.example/",
    "https://xn--/",
    "https://example.com:70000/",
    "https://[::127.0.0.1]/",
    "nonsense",
)


async def test_addresses_that_no_receiver_can_have_end_nobody_else_s_webhooks(
    hooked: Platform, receiver: Receiver, address: str
) -> None:
    for number, url in enumerate(POISON):
        await service.save_webhook(hooked, SaveWebhook(f"w{number}", "s", address), BY)
        await hooked.database.define(f"MATCH (h:Webhook {{key: 'w{number}'}}) SET h.url = '{url}'")
    await move(hooked, "a")
    await deliver(hooked)
    assert told(receiver) == [(["a"], [])]
    found = {one.key: one for one in (await service.webhooks(hooked, ["s"]))["s"]}
    assert [found[f"w{number}"].attempts for number in range(len(POISON))] == [1] * len(POISON)
    assert all(one.problem for key, one in found.items() if key != "h")


async def test_a_message_that_cannot_be_made_is_set_aside_with_its_reason(
    hooked: Platform, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.save_webhook(hooked, SaveWebhook("poisoned", "s", "http://127.0.0.1:1/"), BY)
    await move(hooked, "a")

    async def fails(platform: Platform, one: Webhook, move: Any) -> Any:
        if one.key == "poisoned":
            raise KeyError("a")
        return await messages.message(platform, one, move)

    monkeypatch.setattr(module, "message", fails)
    await deliver(hooked)
    assert told(receiver) == [(["a"], [])]
    found = {one.key: one for one in (await service.webhooks(hooked, ["s"]))["s"]}
    assert found["poisoned"].problem == "it cannot be sent: KeyError"
    assert hooked.cache.routines["outbox"].set_aside == 1


async def test_a_receiver_that_never_answers_keeps_no_other_waiting(
    hooked: Platform, receiver: Receiver
) -> None:
    forever = asyncio.Event()
    for number in range(2 * EACH):
        await service.save_webhook(
            hooked, SaveWebhook(f"slow{number}", "s", "http://127.0.0.1:1/"), BY
        )
    await go_live(hooked, key="other")
    await service.save_webhook(hooked, SaveWebhook("quick", "other", (await hook(hooked)).url), BY)
    await move(hooked, "a")
    quick, slow = asyncio.Event(), list[str]()

    async def send(one: Webhook, *_: Any) -> None:
        if one.segment == "s":
            slow.append(one.key)
            await forever.wait()
        else:
            quick.set()

    delivery = outbox(hooked, send)
    await delivery.round(LATER)  # ends although no receiver has answered
    await asyncio.wait_for(quick.wait(), 60)
    assert len(slow) <= EACH
    forever.set()
    await delivery.settled()
    assert len(slow) == 2 * EACH + 1


async def test_only_who_may_change_a_live_segment_has_it_told(open_platform: Platform) -> None:
    platform, url, wang = open_platform, "http://127.0.0.1:1/", CommandContext(Actor("wang"), NOW)
    with pytest.raises(NotFound):
        await service.save_webhook(platform, SaveWebhook("h", "s", url), BY)
    await define(platform, WARM)
    with pytest.raises(Conflict, match="not live"):
        await service.save_webhook(platform, SaveWebhook("h", "s", url), BY)
    await go_live(platform)
    await go_live(platform, key="other")
    with pytest.raises(Forbidden):
        await service.save_webhook(platform, SaveWebhook("h", "s", url), wang)
    await service.save_webhook(platform, SaveWebhook("h", "s", url), BY)
    with pytest.raises(Conflict, match="another segment"):
        await service.save_webhook(platform, SaveWebhook("h", "other", url), BY)
    with pytest.raises(Forbidden):
        await service.delete_webhook(platform, DeleteWebhook("h"), wang)
    await service.delete_webhook(platform, DeleteWebhook("h"), BY)
    with pytest.raises(NotFound):
        await service.delete_webhook(platform, DeleteWebhook("h"), BY)


async def test_a_webhook_goes_with_its_segment(hooked: Platform) -> None:
    await save(hooked, [Customer(key="a")], NOW)
    await lifecycle.delete_segment(hooked, DeleteSegment("s"), BY)
    rows = await hooked.database.read("MATCH (n:Webhook) RETURN count(n) AS many")
    assert rows[0]["many"] == 0
