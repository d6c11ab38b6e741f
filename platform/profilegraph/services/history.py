"""The past: what may be asked of it."""

from __future__ import annotations

from profilegraph.errors import NoHistory
from profilegraph.segments.facts import Past, When
from profilegraph.segments.history import asks_of_states, require_history
from profilegraph.segments.library import Library
from profilegraph.segments.nodes import Node
from profilegraph.services.platform import Platform
from profilegraph.storage.history import kept_from


async def require_answerable(
    platform: Platform, node: Node, library: Library, when: When, search: str | None = None
) -> None:
    """Return nothing where a filter can be answered as of a moment, the present or a past one.

    Raises NoHistory that names the conditions of which the past is not kept, and why.
    """
    if not isinstance(when, Past):
        return
    require_history(node, library)
    if search is not None:
        raise NoHistory(
            "of the names of customers only those of today are kept.",
            hint="Ask as of now, or without `search`.",
            where="search",
        )
    if not asks_of_states(node, library):
        return
    first = await kept_from(platform.database, when.at)
    if first is not None:
        raise NoHistory(
            "how people, departments and possible sales were is kept from"
            f" {first:%Y-%m-%d %H:%M} UTC on.",
            hint="Ask as of a later moment.",
            where="asOf",
        )
