"""Taxonomies that lose something, as a new version of their file would have them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.services.platform import Platform
from profilegraph.services.taxonomies.loading import load_taxonomies


async def lose(platform: Platform, *keys: str, now: datetime | None = None) -> list[Taxonomy]:
    """Load the taxonomies without what has these keys; returns them as they were.

    A tag is named `dimension/tag`, anything else by its own key.
    """
    before = list((await platform.catalogue()).taxonomies)
    await load_taxonomies(platform.database, [_without(one, keys) for one in before], now)
    return before


def _without(taxonomy: Taxonomy, keys: Collection[str]) -> Taxonomy:
    definition: dict[str, Any] = taxonomy.model_dump(by_alias=True, exclude_none=True)
    for part in ("dimensions", "attributes", "events", "metrics"):
        definition[part] = [one for one in definition[part] if one["key"] not in keys]
    for dimension in definition["dimensions"]:
        kept = [one for one in dimension["tags"] if f"{dimension['key']}/{one['key']}" not in keys]
        dimension["tags"] = kept
    return Taxonomy.model_validate(definition)
