"""The webhook: signed, tried again under the same id, and given up where nobody wants it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from plugins.outbox.tests.test_lists import Sent
from profilegraph.errors import InvalidInput, PluginError
from profilegraph_outbox import Webhook, WebhookOptions
from profilegraph_outbox import webhook as webhook_module
from profilegraph_outbox.webhook import PAUSES, body_of
from tests.support.serving import serving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  (of this test alone)
NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Receiver:
    """Answers with the next of the statuses, then 204; keeps what it took, by id."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.tries: list[str] = []
        self.taken: dict[str, Any] = {}

    async def __call__(self, request: Request) -> Response:
        body = (await request.body()).decode()
        told = request.headers["webhook-id"]
        self.tries.append(told)
        signed = Verifier(SECRET).sign(told, NOW, body)
        assert request.headers["webhook-signature"] == signed
        status = self.statuses.pop(0) if self.statuses else 204
        if status == 204:
            self.taken[told] = json.loads(body)
        return Response(status_code=status)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def url(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    async def take(request: Request) -> Response:
        return await receiver(request)

    monkeypatch.setenv("PROFILEGRAPH_WEBHOOK_PRIVATE", "true")
    monkeypatch.setenv(webhook_module.SECRET, SECRET)
    async with serving(Starlette(routes=[Route("/{path:path}", take, methods=["POST"])])) as base:
        yield f"{base}/hook"


class Pauses:
    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


def options(url: str) -> WebhookOptions:
    return WebhookOptions(url=url)


def webhook(pauses: Pauses | None = None) -> Webhook:
    return Webhook(now=lambda: NOW, pause=pauses or Pauses())


async def test_each_page_is_a_signed_message_of_its_own(url: str, receiver: Receiver) -> None:
    told = await webhook().send(Sent(options(url)))
    assert list(receiver.taken) == ["d1.1", "d1.2", "d1.3", "d1.4"]
    data = receiver.taken["d1.1"]["data"]
    assert (data["segment"], data["members"], data["page"]) == ("warm", 4, 1)
    assert data["rows"][0]["key"] == "a"
    assert "4 members in 4 messages" in told


async def test_what_is_not_taken_is_sent_again_under_the_same_id(
    url: str, receiver: Receiver
) -> None:
    receiver.statuses = [503, 500]
    pauses = Pauses()
    await webhook(pauses).send(Sent(options(url)))
    assert receiver.tries[:3] == ["d1.1"] * 3
    assert pauses.taken == list(PAUSES[:2])


async def test_a_second_delivery_of_the_same_has_the_same_ids_and_texts(
    url: str, receiver: Receiver
) -> None:
    await webhook().send(Sent(options(url)))
    first = dict(receiver.taken)
    await webhook().send(Sent(options(url)))
    assert receiver.taken == first
    assert len(receiver.tries) == 8


async def test_after_the_last_attempt_it_is_the_platforms_turn(
    url: str, receiver: Receiver
) -> None:
    receiver.statuses = [500] * (len(PAUSES) + 1)
    with pytest.raises(PluginError, match="HTTP 500") as given_up:
        await webhook().send(Sent(options(url)))
    assert "same id" in given_up.value.hint
    assert receiver.taken == {}


async def test_a_receiver_that_is_gone_is_left_alone(url: str, receiver: Receiver) -> None:
    receiver.statuses = [410]
    with pytest.raises(InvalidInput, match="wants no more"):
        await webhook().send(Sent(options(url)))
    assert receiver.tries == ["d1.1"]


async def test_private_addresses_are_refused_unless_the_deployment_allows_them(
    url: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROFILEGRAPH_WEBHOOK_PRIVATE")
    with pytest.raises(InvalidInput, match="cannot be used"):
        await webhook().send(Sent(options(url)))
    assert receiver.tries == []


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_x"])
async def test_without_a_secret_that_can_sign_nothing_is_sent(
    url: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv(webhook_module.SECRET, secret)
    with pytest.raises(InvalidInput) as refused:
        await webhook().send(Sent(options(url)))
    assert webhook_module.SECRET in refused.value.hint
    assert receiver.tries == []


async def test_the_same_page_makes_the_same_text() -> None:
    delivery = Sent(None)
    [page, *_] = [page async for page in delivery.pages()]
    assert body_of(delivery, page) == body_of(delivery, page)
