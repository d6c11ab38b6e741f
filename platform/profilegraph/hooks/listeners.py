"""Listeners: the hooks of plugins that are called with committed changes."""

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
    """Customers got or lost tags in one transaction at a moment."""

    at: datetime
    tagged: tuple[TaggedCustomer, ...] = ()
    """Added or repeated taggings: a write does not check whether a tagging exists already."""
    untagged: tuple[TaggedCustomer, ...] = ()


@dataclass(frozen=True)
class MembershipChanged:
    """Customers, by key, entered or left a live segment at a moment."""

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
"""The kind of change that each hook of a listener handles."""


@dataclass(frozen=True)
class Listener:
    """A plugin's hook that handles changes of one kind."""

    part: PluginPart
    hook: str
    caller: Callable[..., Any]

    def handles(self, kind: type[Change]) -> bool:
        """Return whether it handles changes of a kind."""
        return LISTENED[self.hook] is kind

    def handle(self, change: Change) -> None:
        """Call the hook with a change; raises whatever it raises."""
        self.caller(change=change)
