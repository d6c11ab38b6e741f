"""Segments are sent to plugins' destinations over the API."""

from __future__ import annotations

from typing import Any

import pytest

from profilegraph.services.platform import Platform
from tests.api.conftest import Api
from tests.conftest import NOW
from tests.integration.test_live import define, warm
from tests.integration.test_sending import Post
from tests.support.plugins import send_due, with_plugins

SEND = """
mutation($to: String!, $options: [DestinationOptionInput!]!, $idempotencyKey: String) {
  sendSegment(key: "s", to: $to, options: $options, idempotencyKey: $idempotencyKey) {
    id state segment destination members columns attempts note problem author version
  }
}
"""


@pytest.fixture
async def sender(platform: Platform) -> Api:
    await warm(platform, "a")
    await define(platform, {"tags": {"dimension": "temperature", "anyOf": ["warm"]}})
    return Api(with_plugins(platform, acme=Post()), NOW)


async def send(api: Api, **given: Any) -> dict[str, Any]:
    options = [{"name": "folder", "value": "x"}]
    sent: dict[str, Any] = (await api(SEND, to="post", options=options, **given))["sendSegment"]
    return sent


async def test_a_delivery_waits_until_it_is_sent_in_the_background(sender: Api) -> None:
    waiting = await send(sender, idempotencyKey="k")
    assert waiting == {
        "id": waiting["id"], "state": "WAITING", "segment": "s", "destination": "post",
        "members": 1, "columns": ["key", "identity:phone", "tags:temperature"], "attempts": 0,
        "note": None, "problem": None, "author": "Ann", "version": 1,
    }  # fmt: skip
    await send_due(sender.platform, NOW)
    assert (await send(sender, idempotencyKey="k"))["state"] == "SENT"
    data = await sender('{ segment(key: "s") { deliveries { id state note } } }')
    assert data["segment"]["deliveries"] == [
        {"id": waiting["id"], "state": "SENT", "note": "1 to x"}
    ]


async def test_destinations_tell_what_can_be_chosen(sender: Api) -> None:
    query = "{ destinations { key label columns options { name description required } } }"
    [found] = (await sender(query))["destinations"]
    assert found == {
        "key": "post", "label": "Post", "columns": ["key", "identity:phone", "tags:temperature"],
        "options": [{"name": "folder", "description": "Where to.", "required": True}],
    }  # fmt: skip


async def test_what_cannot_be_sent_is_refused_with_a_hint(sender: Api) -> None:
    error = await sender.error(SEND, to="pots", options=[])
    assert error["extensions"]["code"] == "NOT_FOUND"
    error = await sender.error(SEND, to="post", options=[])
    assert error["extensions"]["hint"] == "Options of the destination 'post': folder."
