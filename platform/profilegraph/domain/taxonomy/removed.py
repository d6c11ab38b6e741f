"""Definitions that were removed from taxonomies, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from profilegraph.domain.taxonomy.compatibility import definitions_of, former_keys
from profilegraph.domain.taxonomy.definition import Taxonomy


def defined(taxonomy: Taxonomy) -> frozenset[str]:
    """Return all definitions of a taxonomy as `kind:key`, including aliases, which stay valid."""
    keys = {f"{one.kind}:{one.key}" for one in definitions_of([taxonomy])}
    return frozenset(
        keys | {f"{kind}:{alias}" for kind, alias, _ in former_keys(definitions_of([taxonomy]))}
    )


def removals(
    before: Mapping[str, datetime], old: Taxonomy | None, new: Taxonomy, now: datetime
) -> dict[str, datetime]:
    """Return when definitions were removed from a taxonomy, by `kind:key`.

    `before` has those removed before `old` was replaced by `new`; restored ones are left out.
    """
    present = defined(new)
    left = frozenset() if old is None else defined(old) - present
    return {key: at for key, at in before.items() if key not in present} | dict.fromkeys(left, now)
