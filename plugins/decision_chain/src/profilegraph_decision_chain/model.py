"""The decision chain model: how many layers decide at a customer, and how many core deciders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from profilegraph.domain.records.organisation import DecisionRole
from profilegraph.domain.values import Labels
from profilegraph.hooks import Model, PersonTable, Scores, Table, Tables
from profilegraph_decision_chain.chain import CORE, core, depths

LABELS = Labels(zh_cn="决策链", en="Decision chain")


class DecisionChainOptions(BaseModel):
    """Whom the model takes for core deciders."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    core_roles: tuple[DecisionRole, ...] = Field(
        CORE, min_length=1, description="Roles of core deciders."
    )
    least_influence: float = Field(
        0.0, ge=0, le=1, description="Who is known to have less is no core decider."
    )


@dataclass(frozen=True)
class DecisionChain(Model[DecisionChainOptions]):
    """Computes the metrics decision_chain_* and the tags of decision_chain and core_deciders."""

    key: str = "decision_chain"
    labels: Labels = LABELS
    options: type[DecisionChainOptions] = DecisionChainOptions
    needs: frozenset[type[Table]] = frozenset({PersonTable})
    per_customer: bool = True
    metrics: frozenset[str] = frozenset({"decision_chain_layers", "decision_chain_deciders"})
    dimensions: frozenset[str] = frozenset({"decision_chain", "core_deciders"})

    def compute(
        self,
        tables: Tables,
        now: datetime,  # noqa: ARG002  (the chain is that of today)
        options: DecisionChainOptions,
    ) -> Scores:
        """Return layers and core deciders of every customer of whom we know people."""
        people = tables[PersonTable]
        layers = np.zeros(len(tables), np.int64)
        np.maximum.at(layers, people.customer, depths(people) + 1)
        deciding = people.where(core(people, options.core_roles, options.least_influence))
        deciders = deciding.counts()
        known = people.counts() > 0
        return Scores(
            metrics={
                "decision_chain_layers": np.where(known, layers, np.nan),
                "decision_chain_deciders": np.where(known, deciders, np.nan),
            },
            tags={
                "decision_chain": _one_or_more(layers, "single_layer", "multi_layer"),
                "core_deciders": _one_or_more(deciders, "one", "several"),
            },
            facts={
                "core_roles": ", ".join(role.value for role in options.core_roles),
                "least_influence": options.least_influence,
            },
        )


def _one_or_more(counts: NDArray[np.int64], one: str, more: str) -> NDArray[np.object_]:
    """Return the tag of each count, (n,): none for 0."""
    words = np.array([None, one, more], object)
    found: NDArray[np.object_] = words[np.minimum(counts, 2)]
    return found
