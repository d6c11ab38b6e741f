"""A live segment that customers enter, for tests that follow it."""

from __future__ import annotations

from typing import Any

from profilegraph.services.live.worker import LiveWorker

WARM = {"tags": {"dimension": "temperature", "anyOf": ["warm"]}}
SAVE = """
mutation($filter: FilterInput!) {
  saveSegment(input: {key: "s", labels: {zhCN: "人群", en: "Segment"}, filter: $filter, note: ""}) { key }
}
"""
TAG = """
mutation($key: String!) {
  saveCustomer(input: {key: $key, name: $key}) { key }
  tagCustomers(customers: [$key], tags: [{tag: "temperature/warm"}]) { key }
}
"""
FOLLOW = """
subscription($after: String) { segmentMembership(segment: "s", after: $after) {
  customer { key } entered cause cursor
} }
"""


async def made_live(api: Any) -> LiveWorker:
    """Return what watches the live segment s, of which nobody is a member yet."""
    await api(SAVE, filter=WARM)
    await api('mutation { setSegmentLive(key: "s") { key } }')
    worker = LiveWorker(api.platform)
    await worker.round(api.now)
    return worker


async def enter(api: Any, worker: LiveWorker, key: str) -> None:
    """Have a customer enter the segment."""
    await api(TAG, key=key)
    await worker.round(api.now)


async def newest(api: Any) -> str:
    """Return the cursor of the newest move."""
    found = await api('{ segment(key: "s") { history(first: 1) { pageInfo { endCursor } } } }')
    cursor: str = found["segment"]["history"]["pageInfo"]["endCursor"]
    return cursor
