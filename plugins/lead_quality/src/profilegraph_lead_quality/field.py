"""The field `leadScores` of a customer: what each indicator measured, and what it earned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from profilegraph.domain.values import Labels
from profilegraph.hooks import CustomerField, Table, Tables
from profilegraph_lead_quality.measures import NEEDS
from profilegraph_lead_quality.model import LeadQualityOptions, judge


class Indicator(BaseModel):
    """One indicator of a lead."""

    indicator: str = Field(description="Key of the indicator.")
    dimension: str = Field(description="Key of the dimension that it counts in.")
    value: float | None = Field(description="What was measured; null where nothing is known.")
    score: float = Field(description="What it earned, 1 to 10.")
    weight: float = Field(description="How much it counts.")


@dataclass(frozen=True)
class LeadScores(CustomerField):
    """Computes the scores when they are asked for, with the options that a run has by default."""

    key: str = "lead_scores"
    labels: Labels = Labels(zh_cn="线索评分明细", en="Scores of the lead")  # noqa: RUF009  (frozen)
    description: Labels = Labels(  # noqa: RUF009  (frozen)
        zh_cn="每个指标的取值与得分，按默认配置计算。",
        en="What each indicator measured and earned, as the model has it by default.",
    )
    result: Any = list[Indicator]
    needs: frozenset[type[Table]] = NEEDS

    async def values(self, tables: Tables, now: datetime) -> Sequence[list[Indicator]]:
        """Return the scores of each customer, in the order of the indicators."""
        options = LeadQualityOptions()
        judged = judge(tables, now, options)
        return [
            [
                Indicator(
                    indicator=key,
                    dimension=one.dimension,
                    value=None if np.isnan(judged.values[key][i]) else judged.values[key][i],
                    score=judged.scores[key][i],
                    weight=one.weight,
                )
                for key, one in options.indicators.items()
            ]
            for i in range(len(tables))
        ]
