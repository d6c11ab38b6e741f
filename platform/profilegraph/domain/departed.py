"""What taxonomies had and have no more, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from profilegraph.domain.catalogue import tag_key
from profilegraph.domain.taxonomy import Taxonomy


def defined(taxonomy: Taxonomy) -> frozenset[str]:
    """Return all that a taxonomy defines as `kind:key`, aliases too: they are still understood."""
    dimensions = ((one.key, *one.aliases) for one in taxonomy.dimensions)
    keys = {f"dimension:{key}" for names in dimensions for key in names}
    keys |= {f"attribute:{one.key}" for one in taxonomy.attributes}
    keys |= {f"metric:{one.key}" for one in taxonomy.metrics}
    keys |= {f"event:{one.key}" for one in taxonomy.events}
    return frozenset(keys | {f"tag:{key}" for key in _tags(taxonomy)})


def departed(
    before: Mapping[str, datetime], old: Taxonomy | None, new: Taxonomy, now: datetime
) -> dict[str, datetime]:
    """Return since when what a taxonomy had is in it no more, by `kind:key`.

    `before` has what had left before `old` gave way to `new`; what is there again is taken out.
    """
    present = defined(new)
    left = frozenset() if old is None else defined(old) - present
    return {key: at for key, at in before.items() if key not in present} | dict.fromkeys(left, now)


def _tags(taxonomy: Taxonomy) -> set[str]:
    return {
        name if "/" in name else tag_key(dimension.key, name)
        for dimension in taxonomy.dimensions
        for tag in dimension.tags
        for name in (tag.key, *tag.aliases)
    }
