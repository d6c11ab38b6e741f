"""The tags of listed customers: from the index where it knows what is asked for, the same as without."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from profilegraph.domain.records.customers import Customer, Tagging, TagSource
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KNOWN = "tag { key dimension { key } } since until source confidence weight weekdays"
PAGE = """
query ($filter: FilterInput!, $names: Boolean = false) {
  segmentPreview(filter: $filter) { members { edges { node { ...One name @include(if: $names) } } } }
}
fragment One on Customer { key tags { %s } }
"""
EVERYONE: dict[str, Any] = {"all": []}


@pytest.fixture
async def indexed(platform: Platform) -> AsyncIterator[Platform]:
    await save(
        platform,
        [
            Customer(key="a", name="A"),
            Customer(key="b"),
            Tagging(customer="a", tag="ownership/private", since=NOW - timedelta(days=3)),
            Tagging(customer="a", tag="need/no_need", since=NOW - timedelta(days=2), by="Ann"),
            Tagging(
                customer="a",
                tag="company_size/0_20",
                since=NOW - timedelta(days=1, microseconds=1),
                until=NOW + timedelta(days=1),
                source=TagSource.MODEL,
                confidence=0.5,
                weight=0.25,
                weekdays=(1, 5),
            ),
            Tagging(customer="b", tag="ownership/private", since=NOW + timedelta(days=1)),
        ],
        NOW,
    )
    cache = GraphCache(platform.database, 2**30)
    await cache.indexed()
    yield replace(platform, cache=cache)
    await cache.close()


@pytest.mark.parametrize("fields", [KNOWN, "tag { key }", f"{KNOWN} by evidence hours frequency"])
async def test_tags_are_told_alike_with_an_index_and_without(
    api: Any, indexed: Platform, fields: str
) -> None:
    query = PAGE % fields
    without = await api(query, filter=EVERYONE)
    [first, second] = [edge["node"] for edge in without["segmentPreview"]["members"]["edges"]]
    assert [one["tag"]["key"] for one in first["tags"]] == [
        "company_size/0_20",
        "need/no_need",
        "ownership/private",
    ]
    assert second["tags"] == []
    api.platform = indexed
    assert await api(query, filter=EVERYONE) == without


async def test_what_the_index_does_not_know_is_read_from_the_graph(
    api: Any, indexed: Platform
) -> None:
    api.platform = indexed
    found = await api(PAGE % "by", filter=EVERYONE, names=True)
    [first, _] = [edge["node"] for edge in found["segmentPreview"]["members"]["edges"]]
    assert first["name"] == "A"
    assert [one["by"] for one in first["tags"]] == [None, "Ann", None]


async def test_a_tag_that_was_put_on_is_in_the_next_list(api: Any, indexed: Platform) -> None:
    api.platform = indexed
    query = PAGE % "tag { key }"
    await api(query, filter=EVERYONE)
    await save(indexed, [Tagging(customer="b", tag="need/new_custom", since=NOW)], NOW)
    found = await api(query, filter=EVERYONE)
    [_, second] = [edge["node"] for edge in found["segmentPreview"]["members"]["edges"]]
    assert second["tags"] == [{"tag": {"key": "need/new_custom"}}]
