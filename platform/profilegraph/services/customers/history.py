"""Which questions about the past can be answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from profilegraph.domain.notices import Notice, NoticeCode
from profilegraph.errors import NoHistory
from profilegraph.language.facts import Past, When
from profilegraph.language.history import require_history, states_asked
from profilegraph.language.nodes import Node, Opportunities, People
from profilegraph.language.saved_filters import SavedFilters
from profilegraph.services.platform import Platform
from profilegraph.storage.records.history import kept_from, saved_later

_CODES: Mapping[type[Node], NoticeCode] = {
    People: NoticeCode.PEOPLE_SAVED_LATER,
    Opportunities: NoticeCode.OPPORTUNITIES_SAVED_LATER,
}


async def require_answerable(
    platform: Platform, nodes: Sequence[Node], library: SavedFilters, when: When
) -> None:
    """Raise NoHistory unless filters can be answered as of a moment.

    The error names the conditions whose history is not kept, and why. Facts that were recorded only
    after the moment are added to the notices of the request.
    """
    if not isinstance(when, Past):
        return
    for node in nodes:
        require_history(node, library)
    if platform.notices is not None:
        await notices(platform, nodes, library, when)
    if not any(states_asked(node, library) for node in nodes):
        return
    first = await kept_from(platform.database, when.at)
    if first is not None:
        raise NoHistory(
            "how people, departments and opportunities were is kept from"
            f" {first:%Y-%m-%d %H:%M} UTC on.",
            hint="Ask as of a later moment.",
            where="asOf",
        )


async def notices(
    platform: Platform, nodes: Sequence[Node], library: SavedFilters, when: When
) -> list[Notice]:
    """Return notices on facts that were recorded only after the moment of the question."""
    if not isinstance(when, Past):
        return []
    asked = frozenset[type[Node]]().union(*(states_asked(node, library) for node in nodes))
    codes = [NoticeCode.CUSTOMERS_SAVED_LATER, *(_CODES[kind] for kind in _CODES if kind in asked)]
    known = {} if platform.notices is None else platform.notices
    for code in codes:
        if (code, when.at) not in known:
            known[code, when.at] = await saved_later(platform.database, code, when.at)
    return [notice for code in codes if (notice := known[code, when.at]) is not None]


def require_no_search(search: str | None, when: When) -> None:
    """Raise NoHistory if names are searched as of the past: only current names can be."""
    if search is not None and isinstance(when, Past):
        raise NoHistory(
            "of the names of customers only those of today are kept.",
            hint="Ask as of now, or without `search`.",
            where="search",
        )
