"""Live segments over the API."""

from datetime import timedelta
from typing import Any

import pytest

from profilegraph.api.runtime.ids import encode_id
from profilegraph.services.live.worker import LiveWorker
from tests.support.following import SAVE, TAG, WARM

HISTORY = """
query($first: Int!, $after: String) { segment(key: "s") {
  live { onChange schedule size nextAt }
  history(first: $first, after: $after) {
    edges { cursor node { customer { key name } entered cause at cursor } }
    pageInfo { hasNextPage endCursor }
  }
} }
"""


@pytest.fixture
async def live(api: Any) -> Any:
    """A live segment that a and b have entered, in this order."""
    await api(SAVE, filter=WARM)
    made = await api('mutation { setSegmentLive(key: "s") { key live { onChange schedule } } }')
    assert made["setSegmentLive"]["live"] == {"onChange": True, "schedule": "0 * * * *"}
    watcher = LiveWorker(api.platform)
    for key in ("a", "b"):
        await api(TAG, key=key)
        await watcher.round(api.now)
    return api


async def test_who_entered_is_told_with_the_cause_a_page_at_a_time(live):
    first = (await live(HISTORY, first=1))["segment"]
    assert first["live"] == {
        "onChange": True,
        "schedule": "0 * * * *",
        "size": 2,
        "nextAt": (live.now + timedelta(hours=1)).isoformat(),
    }
    [edge] = first["history"]["edges"]
    assert edge["node"] == {
        "customer": {"key": "b", "name": "b"},
        "entered": True,
        "cause": "DATA_CHANGED",
        "at": live.now.isoformat(),
        "cursor": edge["cursor"],
    }
    assert first["history"]["pageInfo"] == {"hasNextPage": True, "endCursor": edge["cursor"]}
    second = (await live(HISTORY, first=1, after=edge["cursor"]))["segment"]["history"]
    assert [one["node"]["customer"]["key"] for one in second["edges"]] == ["a"]
    assert second["pageInfo"]["hasNextPage"] is False


async def test_a_cursor_of_another_list_is_refused(live):
    found = await live("{ customers(first: 1) { edges { cursor } } }")
    foreign = found["customers"]["edges"][0]["cursor"]
    error = await live.error(HISTORY, first=1, after=foreign)
    assert (error["extensions"]["code"], error["extensions"]["where"]) == ("INVALID_INPUT", "after")


async def test_a_segment_that_is_not_live_has_no_history(api):
    await api(SAVE, filter=WARM)
    found = (await api(HISTORY, first=1))["segment"]
    assert (found["live"], found["history"]["edges"]) == (None, [])


async def test_a_webhook_tells_its_secret_once_and_those_who_may_change_the_segment(live):
    save = """mutation { saveWebhook(key: "h", segment: "s", url: "https://example.com/hook") {
      secret webhook { key url active attempts problem deliveredAt } } }"""
    saved = (await live(save))["saveWebhook"]
    assert saved["secret"].startswith("whsec_")
    assert saved["webhook"] == {
        "key": "h",
        "url": "https://example.com/hook",
        "active": True,
        "attempts": 0,
        "problem": None,
        "deliveredAt": None,
    }
    assert (await live(save))["saveWebhook"]["secret"] is None
    ask = '{ segment(key: "s") { webhooks { key dueAt } } }'
    found = (await live(ask))["segment"]["webhooks"]
    assert found == [{"key": "h", "dueAt": live.now.isoformat()}]
    live.author = "Ben"
    assert (await live.error(ask))["extensions"]["code"] == "FORBIDDEN"
    live.author = "Ann"
    assert (await live('mutation { deleteWebhook(key: "h") }')) == {
        "deleteWebhook": encode_id("Webhook", "h")
    }
    assert (await live(ask))["segment"]["webhooks"] == []
