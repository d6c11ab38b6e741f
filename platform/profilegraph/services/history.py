"""The past: what may be asked of it."""

from __future__ import annotations

from collections.abc import Sequence

from profilegraph.errors import NoHistory
from profilegraph.segments.facts import Past, When
from profilegraph.segments.history import asks_of_states, require_history
from profilegraph.segments.library import Library
from profilegraph.segments.nodes import Node
from profilegraph.services.platform import Platform
from profilegraph.storage.history import kept_from


async def require_answerable(
    platform: Platform, nodes: Sequence[Node], library: Library, when: When
) -> None:
    """Return nothing where filters can be answered as of a moment, the present or a past one.

    Raises NoHistory that names the conditions of which the past is not kept, and why.
    """
    if not isinstance(when, Past):
        return
    for node in nodes:
        require_history(node, library)
    if not any(asks_of_states(node, library) for node in nodes):
        return
    first = await kept_from(platform.database, when.at)
    if first is not None:
        raise NoHistory(
            "how people, departments and possible sales were is kept from"
            f" {first:%Y-%m-%d %H:%M} UTC on.",
            hint="Ask as of a later moment.",
            where="asOf",
        )


def require_no_search(search: str | None, when: When) -> None:
    """Return nothing where names are searched as they are now; raises NoHistory otherwise."""
    if search is not None and isinstance(when, Past):
        raise NoHistory(
            "of the names of customers only those of today are kept.",
            hint="Ask as of now, or without `search`.",
            where="search",
        )
