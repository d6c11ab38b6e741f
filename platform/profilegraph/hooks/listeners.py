"""Listeners: what plugins are told of, after it was committed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from profilegraph.domain.live import MoveCause
from profilegraph.hooks.hosting.circuit_breaker import PluginPart


class TaggedCustomer(NamedTuple):
    """A customer and a tag, by their keys."""

    customer: str
    tag: str


@dataclass(frozen=True)
class TagsChanged:
    """That customers were given tags, or lost them, in one transaction at a moment."""

    at: datetime
    tagged: tuple[TaggedCustomer, ...] = ()
    """Given, or said again: who writes does not look first whether it was said before."""
    untagged: tuple[TaggedCustomer, ...] = ()


@dataclass(frozen=True)
class MembershipChanged:
    """That customers, by key, entered or left a live segment at a moment."""

    segment: str
    at: datetime
    cause: MoveCause
    entered: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


Change: TypeAlias = TagsChanged | MembershipChanged
LISTENED: dict[str, type[Change]] = {
    "on_tags_changed": TagsChanged,
    "on_membership_changed": MembershipChanged,
}
"""What each hook of a listener is told of."""


@dataclass(frozen=True)
class Listener:
    """A plugin's hook that is told of changes of one kind."""

    part: PluginPart
    hook: str
    caller: Callable[..., Any]

    def hears(self, kind: type[Change]) -> bool:
        """Return whether it is told of changes of a kind."""
        return LISTENED[self.hook] is kind

    def tell(self, change: Change) -> None:
        """Tell it of a change, and wait until it has taken note; whatever it raises is raised."""
        self.caller(change=change)
