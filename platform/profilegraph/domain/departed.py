"""What taxonomies had and have no more, and since when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from profilegraph.domain.catalogue import tag_key
from profilegraph.domain.taxonomy import Dimension, Tag, Taxonomy
from profilegraph.domain.taxonomy_fit import placed


def defined(taxonomy: Taxonomy) -> frozenset[str]:
    """Return all that a taxonomy defines as `kind:key`, aliases too: they are still understood."""
    return frozenset(_named(taxonomy))


def departed(
    before: Mapping[str, datetime], old: Taxonomy | None, new: Taxonomy, now: datetime
) -> dict[str, datetime]:
    """Return since when what a taxonomy had is in it no more, by `kind:key`.

    `before` has what had left before `old` gave way to `new`; what is there again is taken out.
    """
    present = defined(new)
    left = frozenset() if old is None else defined(old) - present
    return {key: at for key, at in before.items() if key not in present} | dict.fromkeys(left, now)


def _named(taxonomy: Taxonomy) -> Iterator[str]:
    for kind, key, place in placed([taxonomy]):
        yield f"{kind}:{key}"
        match place.definition:
            case Dimension(aliases=aliases):
                yield from (f"{kind}:{alias}" for alias in aliases)
            case Tag(aliases=aliases):
                holder = key.partition("/")[0]
                yield from (f"{kind}:{a if '/' in a else tag_key(holder, a)}" for a in aliases)
