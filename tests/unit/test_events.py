"""Events of transactions reach those who subscribed to their kind."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from profilegraph.storage.neo4j.events import EventDispatcher, TagsWritten

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIRST = TagsWritten(NOW, tagged=(("a", "x/y"),))
SECOND = TagsWritten(NOW, untagged=(("a", "x/y"),))


def test_each_subscriber_hears_the_events_of_its_kind_in_order() -> None:
    heard: list[object] = []
    texts: list[str] = []
    events = EventDispatcher()
    events.subscribe(TagsWritten, heard.append)
    events.subscribe(str, texts.append)
    events.dispatch([FIRST, "a text", SECOND])
    assert (heard, texts) == ([FIRST, SECOND], ["a text"])


def test_who_has_unsubscribed_hears_nothing_more_and_the_others_go_on() -> None:
    one: list[object] = []
    other: list[object] = []
    events = EventDispatcher()
    events.subscribe(TagsWritten, one.append)
    events.subscribe(TagsWritten, other.append)
    events.dispatch([FIRST])
    events.unsubscribe(TagsWritten, one.append)
    events.dispatch([SECOND])
    assert (one, other) == ([FIRST], [FIRST, SECOND])


def test_only_who_has_subscribed_can_unsubscribe() -> None:
    with pytest.raises(ValueError, match="not in list"):
        EventDispatcher().unsubscribe(TagsWritten, print)
