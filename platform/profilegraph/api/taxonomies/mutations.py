"""Mutations on taxonomies, dimensions and tags."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.idempotency import IdempotencyKey, command_context
from profilegraph.api.runtime.permissions import requires
from profilegraph.api.taxonomies.inputs import (
    SaveDimensionInput,
    SaveTagInput,
    SaveTaxonomyInput,
    described,
)
from profilegraph.api.taxonomies.types import Dimension, Tag, Taxonomy
from profilegraph.api.taxonomy_changes.inputs import TaxonomyChangeInput, change_json
from profilegraph.api.taxonomy_changes.types import TaxonomyChange
from profilegraph.domain.access import Permission
from profilegraph.services.taxonomies import editing
from profilegraph.services.taxonomies.editing import SaveDimension, SaveTag, SaveTaxonomy
from profilegraph.services.taxonomy_changes import planning
from profilegraph.services.taxonomy_changes.applying import Application, apply
from profilegraph.services.taxonomy_changes.planning import PlanTaxonomyChange
from profilegraph.services.taxonomy_changes.undoing import undo

ChangeKey = Annotated[str, strawberry.argument(description="Key of the change.")]


@object_type
class TaxonomyMutation:
    """Mutations on taxonomies, dimensions and tags."""

    @field
    @requires(Permission.TAXONOMIES_WRITE)
    async def save_taxonomy(
        self,
        info: Info,
        input: Annotated[SaveTaxonomyInput, strawberry.argument(description="The taxonomy.")],
        idempotency_key: IdempotencyKey = None,
    ) -> Taxonomy:
        """Creates or edits a taxonomy that people edit in the API."""
        command = SaveTaxonomy(
            input.key or None, described(input, "key"), _version(input.seen_version)
        )
        requester = command_context(info.context, idempotency_key)
        key = await editing.save_taxonomy_of_people(info.context.platform, command, requester)
        taxonomies = (await info.context.catalogue()).taxonomies
        return Taxonomy.of(next(one for one in taxonomies if one.key == key))

    @field
    @requires(Permission.TAXONOMIES_WRITE)
    async def save_dimension(
        self,
        info: Info,
        input: Annotated[SaveDimensionInput, strawberry.argument(description="The dimension.")],
        idempotency_key: IdempotencyKey = None,
    ) -> Dimension:
        """Creates or edits a dimension of a taxonomy that people edit.

        Changes that affect the members of segments have to be planned and applied instead.
        """
        command = SaveDimension(
            input.taxonomy or None,
            input.key or None,
            described(input, "taxonomy", "key"),
            _version(input.seen_version),
        )
        requester = command_context(info.context, idempotency_key)
        key = await editing.save_dimension(info.context.platform, command, requester)
        return Dimension.of(key, await info.context.catalogue())

    @field
    @requires(Permission.TAXONOMIES_WRITE)
    async def save_tag(
        self,
        info: Info,
        input: Annotated[SaveTagInput, strawberry.argument(description="The tag.")],
        idempotency_key: IdempotencyKey = None,
    ) -> Tag:
        """Creates or edits a tag of a dimension that people edit.

        Changes that affect the members of segments have to be planned and applied instead.
        """
        command = SaveTag(
            input.dimension,
            input.name or None,
            described(input, "dimension", "name"),
            _version(input.seen_version),
        )
        requester = command_context(info.context, idempotency_key)
        key = await editing.save_tag(info.context.platform, command, requester)
        return Tag.of(key, await info.context.catalogue())

    @field
    @requires(Permission.TAXONOMIES_WRITE)
    async def plan_taxonomy_change(
        self,
        info: Info,
        change: Annotated[TaxonomyChangeInput, strawberry.argument(description="The change.")],
        idempotency_key: IdempotencyKey = None,
    ) -> TaxonomyChange:
        """Computes the effects of a change of tags or dimensions in use, and stores the plan for a week.

        Nothing else is changed.
        """
        context = info.context
        command = PlanTaxonomyChange(planning.read_change(change_json(change)))
        requester = command_context(context, idempotency_key)
        made = await planning.plan(context.platform, command, requester)
        return TaxonomyChange.of(await planning.kept_change(context.platform, made.key))

    @field
    @requires(Permission.TAXONOMIES_WRITE)
    async def apply_taxonomy_change(
        self,
        info: Info,
        key: ChangeKey,
        digest: Annotated[str, strawberry.argument(description="The digest of the plan.")],
        allow_broken: Annotated[
            bool, strawberry.argument(description="Whether saved segments may break.")
        ] = False,
    ) -> TaxonomyChange:
        """Applies a planned change: definitions and saved filters in one transaction.

        Few taggings change in the same transaction, many batch by batch. Repeated, it resumes where
        it was interrupted. Refused if tags or segments of the plan have changed since.
        """
        wanted = Application(key, digest, allow_broken)
        done = await apply(info.context.platform, wanted, command_context(info.context))
        return TaxonomyChange.of(done)

    @field
    @requires(Permission.TAXONOMIES_WRITE)
    async def undo_taxonomy_change(self, info: Info, key: ChangeKey) -> TaxonomyChange:
        """Undoes an applied change: definitions, taggings and filters.

        Repeated, it resumes where it was interrupted. Refused if something later depends on the
        change.
        """
        done = await undo(info.context.platform, key, command_context(info.context))
        return TaxonomyChange.of(done)


def _version(seen: str | None) -> str | None:
    return None if seen is UNSET else seen
