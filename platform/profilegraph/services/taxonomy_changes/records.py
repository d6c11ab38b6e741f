"""What applying a change did, as it is kept so that it can go on, and be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict
from pyroaring import BitMap

from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.domain.taxonomy_changes.kept import KeptChange
from profilegraph.domain.taxonomy_changes.retagging import Rule
from profilegraph.engines.bitmap.retagging import RetaggingStep


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class RewrittenFilter(_Kept):
    """That a segment's filter was written anew: the versions before and after."""

    key: str
    before: int
    after: int


class KeptStep(_Kept):
    """What becomes of taggings."""

    moves: Mapping[str, str | None]
    single: frozenset[str]
    narrowed: frozenset[str]
    of_members: bool
    """Whether it is for the customers alone who match the filter of the change."""

    @classmethod
    def of(cls, step: RetaggingStep) -> Self:
        """Return a step as it is kept."""
        rule = step.rule
        return cls(
            moves=dict(rule.moves),
            single=rule.single,
            narrowed=rule.narrowed,
            of_members=step.customers is not None,
        )


class AppliedChange(_Kept):
    """What applying a change did."""

    before: tuple[Taxonomy, ...]
    """The taxonomies that it changed, as they were."""
    after: tuple[Taxonomy, ...]
    segments: tuple[RewrittenFilter, ...]
    steps: tuple[KeptStep, ...]

    def rules(self, members: BitMap | None) -> tuple[RetaggingStep, ...]:
        """Return the steps; `members` are those who match the filter of the change."""
        return tuple(
            RetaggingStep(
                Rule(one.moves, one.single, one.narrowed), members if one.of_members else None
            )
            for one in self.steps
        )


def record_of(kept: KeptChange) -> AppliedChange:
    """Return what applying a change did."""
    return AppliedChange.model_validate_json(kept.record or "")
