"""The condition `lead`: of which grade a lead is, and how good at least."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from profilegraph.domain.values import Labels
from profilegraph.hooks import SegmentLeaf


class Grade(StrEnum):
    """How good a lead is, A being the best."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class LeadInput(BaseModel):
    """What is asked of a lead; all that is given must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grade: tuple[Grade, ...] | None = Field(None, min_length=1, description="One of these grades.")
    at_least: float | None = Field(None, ge=0, le=100, description="Least total, 0 to 100.")

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.grade is None and self.at_least is None:
            raise ValueError("give grade, atLeast or both")
        return self


@dataclass(frozen=True)
class LeadLeaf(SegmentLeaf[LeadInput]):
    """Stands for the tags of `lead_grade` and the metric `lead_quality_total`."""

    key: str = "lead"
    labels: Labels = Labels(zh_cn="线索质量", en="Lead quality")  # noqa: RUF009  (frozen)
    description: Labels = Labels(  # noqa: RUF009  (frozen)
        zh_cn="线索的等级，以及总分下限。", en="The grade of a lead, and how good it is at least."
    )
    input: type[LeadInput] = LeadInput

    def expand(self, value: LeadInput) -> Mapping[str, Any]:
        """Return the filter that it stands for."""
        conditions: list[dict[str, Any]] = []
        if value.grade is not None:
            tags = [grade.value.lower() for grade in value.grade]
            conditions.append({"tags": {"dimension": "lead_grade", "anyOf": tags}})
        if value.at_least is not None:
            least = {"gte": value.at_least}
            conditions.append({"metric": {"key": "lead_quality_total", "number": least}})
        return {"all": conditions}
