"""What taxonomies had and have no more, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from profilegraph.domain.taxonomy.compatibility import definitions_of, former_keys
from profilegraph.domain.taxonomy.definition import Taxonomy


def defined(taxonomy: Taxonomy) -> frozenset[str]:
    """Return all that a taxonomy defines as `kind:key`, aliases too: they are still understood."""
    keys = {f"{one.kind}:{one.key}" for one in definitions_of([taxonomy])}
    return frozenset(
        keys | {f"{kind}:{alias}" for kind, alias, _ in former_keys(definitions_of([taxonomy]))}
    )


def departed(
    before: Mapping[str, datetime], old: Taxonomy | None, new: Taxonomy, now: datetime
) -> dict[str, datetime]:
    """Return since when what a taxonomy had is in it no more, by `kind:key`.

    `before` has what had left before `old` gave way to `new`; what is there again is taken out.
    """
    present = defined(new)
    left = frozenset() if old is None else defined(old) - present
    return {key: at for key, at in before.items() if key not in present} | dict.fromkeys(left, now)
