"""Events of transactions: emitted while they run, dispatched after the commit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

E = TypeVar("E")


@dataclass(frozen=True)
class TagsWritten:
    """Added and removed taggings, by customer and tag, and their moment."""

    at: datetime
    tagged: tuple[tuple[str, str], ...] = ()
    untagged: tuple[tuple[str, str], ...] = ()


class EventDispatcher:
    """Dispatches the events of committed transactions to subscribers by kind."""

    def __init__(self) -> None:
        self._subscribers: dict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)

    def subscribe(self, kind: type[E], subscriber: Callable[[E], None]) -> None:
        """Call a subscriber with each event of a kind, in commit order.

        It is called in the committing task: it must not raise or block.
        """
        self._subscribers[kind].append(subscriber)

    def unsubscribe(self, kind: type[E], subscriber: Callable[[E], None]) -> None:
        """Remove a subscriber; raises ValueError unless it is subscribed."""
        self._subscribers[kind].remove(subscriber)

    def dispatch(self, events: Iterable[object]) -> None:
        """Call the subscribers with the events of a transaction, in the order of emission."""
        for event in events:
            for subscriber in tuple(self._subscribers[type(event)]):
                subscriber(event)
