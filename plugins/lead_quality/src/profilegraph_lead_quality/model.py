"""The lead quality model: indicators, weighed into dimensions, a total and a grade."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from profilegraph.domain.values import Labels
from profilegraph.hooks import Model, Scores, Table, Tables
from profilegraph_lead_quality.indicators import DIMENSIONS, INDICATORS, Indicator
from profilegraph_lead_quality.measures import NEEDS, Numbers, measured

LABELS = Labels(zh_cn="线索质量", en="Lead quality")
GRADES = ("a", "b", "c", "d")
METRICS = frozenset(
    f"lead_quality_{name}"
    for name in ("total", *DIMENSIONS, *(f"{i.dimension}_{key}" for key, i in INDICATORS.items()))
)
"""What a run keeps of each customer; of an indicator that was added, only its part in the sums."""


def _over_defaults(given: Any) -> Any:
    """Return the default indicators with what was given of each put over them, null removing it."""
    changes = json.loads(given) if isinstance(given, str) else given
    if not isinstance(changes, Mapping):
        return changes
    merged: dict[str, Any] = dict(INDICATORS)
    for key, change in changes.items():
        known = merged.pop(key, None)
        if isinstance(change, Mapping) and isinstance(known, Indicator):
            merged[key] = known.model_dump() | dict(change)
        elif change is not None:
            merged[key] = change
    return merged


class LeadQualityOptions(BaseModel):
    """Which indicators there are, how much each weighs, and where the grades begin."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    indicators: Annotated[dict[str, Indicator], BeforeValidator(_over_defaults)] = Field(
        dict(INDICATORS),
        description="As JSON: new ones, other values for some fields of known ones, null to remove.",
    )
    lowest: float = Field(1.0, description="The score of the worst value, and of an unknown one.")
    highest: float = Field(10.0, description="The score of the best value.")
    a: float = Field(75.0, ge=0, le=100, description="Least total of the grade A.")
    b: float = Field(55.0, ge=0, le=100, description="Least total of the grade B.")
    c: float = Field(35.0, ge=0, le=100, description="Least total of the grade C.")

    @model_validator(mode="after")
    def _make_sense_together(self) -> Self:
        if self.lowest >= self.highest:
            raise ValueError("`lowest` must be less than `highest`")
        if not self.a > self.b > self.c:
            raise ValueError("the bounds must fall from `a` over `b` to `c`")
        if not any(one.weight for one in self.indicators.values()):
            raise ValueError("at least one indicator must weigh something")
        return self


@dataclass(frozen=True)
class Judgement:
    """What the indicators say of n customers."""

    values: Mapping[str, Numbers]
    """By indicator (n,): what its first source that knows something says, NaN where none does."""
    scores: Mapping[str, Numbers]
    """By indicator (n,): from `lowest` to `highest`."""
    dimensions: Mapping[str, Numbers]
    """By dimension (n,): the weighted mean of its indicators' scores."""
    total: Numbers
    """(n,) from 0 to 100, whatever the range of the scores."""
    grades: NDArray[np.object_]
    """(n,) `a` to `d`."""


@dataclass(frozen=True)
class LeadQuality(Model[LeadQualityOptions]):
    """Computes the metrics lead_quality_* and the tags of the dimension lead_grade."""

    key: str = "lead_quality"
    labels: Labels = LABELS
    options: type[LeadQualityOptions] = LeadQualityOptions
    needs: frozenset[type[Table]] = NEEDS
    per_customer: bool = True
    metrics: frozenset[str] = METRICS
    dimensions: frozenset[str] = frozenset({"lead_grade"})

    def compute(self, tables: Tables, now: datetime, options: LeadQualityOptions) -> Scores:
        """Return grade, total and the score of each dimension of every customer.

        The facts tell the range, the bounds, and the weight of each indicator.
        """
        judged = judge(tables, now, options)
        found = {"total": judged.total, **judged.dimensions}
        for key, one in options.indicators.items():
            found[f"{one.dimension}_{key}"] = judged.scores[key]
        nothing = np.full(len(tables), np.nan)
        facts: dict[str, float | str] = {"as_of": now.isoformat()}
        facts |= options.model_dump(exclude={"indicators"})
        facts |= {f"weight_of_{key}": one.weight for key, one in options.indicators.items()}
        return Scores(
            metrics={
                metric: found.get(metric.removeprefix("lead_quality_"), nothing)
                for metric in METRICS
            },
            tags={"lead_grade": judged.grades},
            facts=facts,
        )


def judge(tables: Tables, now: datetime, options: LeadQualityOptions) -> Judgement:
    """Return what the indicators say of each customer of the tables."""
    values: dict[str, Numbers] = {}
    scores: dict[str, Numbers] = {}
    for key, one in options.indicators.items():
        values[key], share = look(one, tables, now)
        scores[key] = options.lowest + share * (options.highest - options.lowest)
    members: dict[str, list[str]] = {}
    for key, one in options.indicators.items():
        members.setdefault(one.dimension, []).append(key)
    dimensions = {
        dimension: mean(keys, scores, options)
        for dimension, keys in members.items()
        if any(options.indicators[key].weight for key in keys)
    }
    overall = mean(list(scores), scores, options)
    total = 100 * (overall - options.lowest) / (options.highest - options.lowest)
    bounds = [total >= options.a, total >= options.b, total >= options.c]
    grades = np.select(bounds, GRADES[:3], GRADES[3]).astype(object)
    return Judgement(values, scores, dimensions, total, grades)


def look(indicator: Indicator, tables: Tables, now: datetime) -> tuple[Numbers, Numbers]:
    """Return what an indicator's first source that knows something says, and how good that is.

    Both are (n,): the value, NaN where no source knows any, and 0 for the worst to 1 for the best.
    """
    values = np.full(len(tables), np.nan)
    shares = np.zeros(len(tables))
    for source in indicator.sources:
        said = measured(source.measure, tables, now)
        new = np.isnan(values) & ~np.isnan(said)
        values[new] = said[new]
        shares[new] = (said[new] - source.worst) / (source.best - source.worst)
    return values, np.clip(shares, 0.0, 1.0)


def mean(keys: list[str], scores: Mapping[str, Numbers], options: LeadQualityOptions) -> Numbers:
    """Return the weighted mean of some indicators' scores, (n,)."""
    weights = np.array([options.indicators[key].weight for key in keys])
    columns = np.stack([scores[key] for key in keys])
    found: Numbers = weights @ columns / weights.sum()
    return found
