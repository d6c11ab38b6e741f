"""Queries on changes of tags and dimensions."""

from __future__ import annotations

from typing import Annotated

import strawberry

from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.permissions import requires
from profilegraph.api.taxonomy_changes.types import TaxonomyChange
from profilegraph.domain.access import Permission
from profilegraph.errors import InvalidInput
from profilegraph.services.taxonomy_changes import planning

MOST = 100


@object_type
class TaxonomyChangeQuery:
    """What can be asked about changes of tags and dimensions."""

    @field
    @requires(Permission.TAXONOMIES_WRITE)
    async def taxonomy_change(
        self,
        info: Info,
        key: Annotated[str, strawberry.argument(description="Key of the change.")],
    ) -> TaxonomyChange | None:
        """A change of tags or dimensions that was planned; null where there is none of that key."""
        found = await planning.changes(info.context.platform, [key])
        return TaxonomyChange.of(found[0]) if found else None

    @list_field
    @requires(Permission.TAXONOMIES_WRITE)
    async def taxonomy_changes(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="How many at most: 1 to 100.")] = 20,
    ) -> list[TaxonomyChange]:
        """Changes of tags or dimensions that were planned, the newest first."""
        if not 1 <= first <= MOST:
            raise InvalidInput(f"a page has 1 to {MOST} changes, not {first}.", where="first")
        found = await planning.changes(info.context.platform, most=first)
        return [TaxonomyChange.of(one) for one in found]
