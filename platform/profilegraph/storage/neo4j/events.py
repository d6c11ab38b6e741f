"""What transactions tell of themselves: emitted while they are under way, dispatched after the commit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

E = TypeVar("E")


@dataclass(frozen=True)
class TagsWritten:
    """Taggings that were given and taken, by customer and tag, and as of when."""

    at: datetime
    tagged: tuple[tuple[str, str], ...] = ()
    untagged: tuple[tuple[str, str], ...] = ()


class EventDispatcher:
    """Tells subscribers of a kind of event what committed transactions have emitted."""

    def __init__(self) -> None:
        self._subscribers: dict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)

    def subscribe(self, kind: type[E], subscriber: Callable[[E], None]) -> None:
        """Have a subscriber called with each event of a kind, in the order of commits.

        It is called by whoever commits: it must not fail, and not take long.
        """
        self._subscribers[kind].append(subscriber)

    def unsubscribe(self, kind: type[E], subscriber: Callable[[E], None]) -> None:
        """Have a subscriber called no more; raises ValueError unless it has subscribed."""
        self._subscribers[kind].remove(subscriber)

    def dispatch(self, events: Iterable[object]) -> None:
        """Tell of the events of a transaction, in the order in which it emitted them."""
        for event in events:
            for subscriber in tuple(self._subscribers[type(event)]):
                subscriber(event)
