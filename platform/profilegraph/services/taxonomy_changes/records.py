"""The stored record of an applied change, by which it is resumed and undone."""

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
    """A rewritten filter of a segment: the versions before and after."""

    key: str
    before: int
    after: int


class KeptStep(_Kept):
    """A stored retagging step."""

    moves: Mapping[str, str | None]
    single: frozenset[str]
    narrowed: frozenset[str]
    of_members: bool
    """Whether it applies only to customers that match the filter of the change."""

    @classmethod
    def of(cls, step: RetaggingStep) -> Self:
        """Return a step in its stored form."""
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
    """The taxonomies that it changed, in their former versions."""
    after: tuple[Taxonomy, ...]
    segments: tuple[RewrittenFilter, ...]
    steps: tuple[KeptStep, ...]

    def rules(self, members: BitMap | None) -> tuple[RetaggingStep, ...]:
        """Return the steps; `members` are the customers that match the filter of the change."""
        return tuple(
            RetaggingStep(
                Rule(one.moves, one.single, one.narrowed), members if one.of_members else None
            )
            for one in self.steps
        )


def record_of(kept: KeptChange) -> AppliedChange:
    """Return the record of an applied change."""
    return AppliedChange.model_validate_json(kept.record or "")
