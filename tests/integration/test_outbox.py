"""The outbox: one lease, one way to be given up, and one place that tells of both."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from profilegraph.config import Settings, data_folder
from profilegraph.domain.outbox import SCHEDULE, OutboxState
from profilegraph.domain.webhooks import WEBHOOK, Webhook
from profilegraph.embedded.server import RunningServer
from profilegraph.hooks.outgoing import Failure
from profilegraph.services.destinations.sending import SendSegment, deliveries, request_delivery
from profilegraph.services.live.worker import LiveWorker
from profilegraph.services.operations.doctor import Health, examine
from profilegraph.services.outbox.worker import MARGIN, OutboxWorker
from profilegraph.services.platform import Address, Platform
from profilegraph.services.webhooks import service
from profilegraph.services.webhooks.sending import SECONDS, MessageSender, Post, webhook_kind
from profilegraph.services.webhooks.service import SaveWebhook
from profilegraph.storage.neo4j.migrations import read_migrations
from tests.conftest import NOW
from tests.integration.test_live import BY, LATER, cool, go_live, warm
from tests.integration.test_sending import Post as Destination
from tests.support.outbox import send_all
from tests.support.plugins import with_plugins

NOBODY = "http://127.0.0.1:1/"
LEASE = timedelta(seconds=SECONDS) + MARGIN


@pytest.fixture
async def told(platform: Platform) -> Platform:
    """A platform with a live segment, of which a webhook is told whose receiver is not there."""
    settings = platform.settings.model_copy(update={"webhook_private": True})
    platform = replace(platform, settings=settings)
    await go_live(platform)
    await service.save_webhook(platform, SaveWebhook("h", "s", NOBODY), BY)
    return platform


async def moved(platform: Platform, *customers: str) -> None:
    await warm(platform, *customers)
    await LiveWorker(platform).round(LATER)


def worker(platform: Platform, post: Post, now: datetime = LATER) -> OutboxWorker:
    return OutboxWorker(platform, [webhook_kind(platform, post)], lambda: now)


async def test_whose_lease_ran_out_does_not_undo_what_another_did(told: Platform) -> None:
    await moved(told, "a")
    sent: list[str] = []

    async def taken(_: Webhook, message: Any, __: datetime) -> None:
        sent.append(message.id)

    async def slow(*_: object) -> Failure:
        await worker(told, taken, LATER + LEASE).send(WEBHOOK, "h")
        return Failure("no answer")

    await worker(told, slow).send(WEBHOOK, "h")
    found = await service.webhook(told, "h")
    assert (found.state, found.problem, found.n) == (OutboxState.SENT, None, 2)
    assert len(sent) == 1


async def test_a_move_that_comes_while_the_last_one_is_told_is_told_next(told: Platform) -> None:
    await moved(told, "a")
    sent: list[str] = []

    async def taken(_: Webhook, message: Any, __: datetime) -> None:
        if not sent:
            await cool(told, "a")
            await LiveWorker(told).round(LATER)
        sent.append(message.id.rpartition(".")[0].rpartition(".")[2])

    sending = worker(told, taken)
    await sending.round(LATER)
    await sending.settled()
    assert sent == ["1", "2"]
    assert (await service.webhook(told, "h")).state is OutboxState.SENT


async def test_a_webhook_that_is_sent_elsewhere_begins_there_at_once(told: Platform) -> None:
    await moved(told, "a")
    sent: list[str] = []

    async def slow(hook: Webhook, *_: object) -> Failure:
        command = SaveWebhook("h", "s", "http://127.0.0.1:2/")
        await service.save_webhook(told, command, replace(BY, now=LATER))
        sent.append(hook.url)
        return Failure("gone", final=True)

    async def taken(hook: Webhook, *_: object) -> None:
        sent.append(hook.url)

    await worker(told, slow).send(WEBHOOK, "h")
    sending = worker(told, taken)
    await sending.round(LATER)
    await sending.settled()
    assert sent == [NOBODY, "http://127.0.0.1:2/"]
    assert not (await service.webhook(told, "h")).given_up


async def test_attempts_are_counted_by_what_became_of_them(told: Platform) -> None:
    await moved(told, "a")
    kinds = [webhook_kind(told, MessageSender(private=True))]
    now = LATER
    for wait in (*SCHEDULE, timedelta()):
        await send_all(told, kinds, now)
        now += wait
    figures = told.cache.metrics.text().decode()
    for outcome, many in (("failed", len(SCHEDULE)), ("given_up", 1)):
        labels = f'{{kind="webhook",outcome="{outcome}"}}'
        assert f"profilegraph_outbox_attempts_total{labels} {many}.0" in figures


async def test_doctor_names_what_was_given_up_what_waits_and_what_nobody_sends(
    settings: Settings, server: RunningServer, told: Platform
) -> None:
    address = Address(server.uri, server.user, server.password)
    quiet = settings.model_copy(update={"port": 1})

    async def findings(now: datetime) -> list[tuple[Health, str, str]]:
        found = await examine(quiet, {}, address, told.host, now)
        return [(one.health, one.message, one.hint) for one in found if one.part == "outbox"]

    assert await findings(NOW) == [(Health.SOUND, "no item failed, is overdue or was given up", "")]
    await moved(told, "a")
    [(health, text, hint)] = await findings(LATER + timedelta(hours=1))
    since = f"{NOW:%Y-%m-%d %H:%M} UTC"
    assert (health, text) == (
        Health.IMPAIRED, f"1 due and not sent: webhook h of s (since {since})",
    )  # fmt: skip
    assert "profilegraph serve" in hint

    kind = webhook_kind(told, MessageSender(private=True))
    await send_all(told, [kind], LATER)
    [(_, text, hint)] = await findings(LATER)
    assert text.startswith("1 to be sent again: webhook h of s (ConnectError")
    assert "segment webhooks" in hint

    async def gone(*_: object) -> Failure:
        return Failure("HTTP 410", final=True)

    await send_all(told, [webhook_kind(told, gone)], LATER + SCHEDULE[0])
    [(health, text, hint)] = await findings(LATER + timedelta(days=9))
    assert (health, text) == (Health.IMPAIRED, "1 given up: webhook h of s (HTTP 410)")
    assert "saveWebhook" in hint


async def test_what_waited_before_there_was_an_outbox_waits_in_it(told: Platform) -> None:
    platform = with_plugins(told, acme=Destination())
    for key in ("given_up", "told"):
        await service.save_webhook(platform, SaveWebhook(key, "s", NOBODY), BY)
    await moved(platform, "a")
    command = SendSegment("s", "post", {"folder": "x"})
    waiting = await request_delivery(platform, command, BY)

    async def forget(transaction: Any) -> None:
        await transaction.run(
            "MATCH (h:Webhook) SET h.active = h.key <> 'given_up',"
            " h.n = CASE h.key WHEN 'told' THEN 2 ELSE 1 END, h.heldUntil = h.dueAt"
            " REMOVE h:OutboxItem, h.kind, h.turn, h.state"
        )
        await transaction.run(
            "MATCH (d:Delivery) SET d.id = d.key, d.heldUntil = d.at"
            " REMOVE d:OutboxItem, d.kind, d.turn, d.key, d.dueAt"
        )

    await platform.database.write(forget)
    migrations = read_migrations(data_folder("schema") / "graph")
    [migration] = [one for one in migrations if one.name == "outbox"]
    for _ in range(2):  # of two processes that migrate at once, the second does no harm
        for statement in migration.statements:
            await platform.database.define(statement)
    found = {one.key: one.state for one in await service.all_webhooks(platform)}
    assert found == {
        "h": OutboxState.WAITING, "given_up": OutboxState.FAILED, "told": OutboxState.SENT,
    }  # fmt: skip
    assert (await deliveries(platform, ["s"]))["s"] == [waiting]
