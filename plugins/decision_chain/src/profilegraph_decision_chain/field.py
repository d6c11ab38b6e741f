"""The field `decisionChain` of a customer: its people, heads first, and who reports to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from profilegraph.domain.values import Labels
from profilegraph.hooks import CustomerField, PersonTable, Table, Tables
from profilegraph_decision_chain.chain import core, depths


class Link(BaseModel):
    """A person in the decision chain of a customer."""

    person: str = Field(description="Key of the decision-maker.")
    name: str | None = Field(description="What the person is called.")
    title: str | None = Field(description="The position in the company.")
    role: str | None = Field(description="The part in the decision, such as DECIDER.")
    depth: int = Field(description="How many superiors there are above; 0 for a head.")
    reports_to: str | None = Field(description="Key of the superior.")
    core: bool = Field(description="Whether the person is a core decider.")


@dataclass(frozen=True)
class DecisionChainField(CustomerField):
    """Reads the chain out of the graph when it is asked for."""

    key: str = "decision_chain"
    labels: Labels = Labels(zh_cn="决策链", en="Decision chain")  # noqa: RUF009  (frozen)
    description: Labels = Labels(  # noqa: RUF009  (frozen)
        zh_cn="客户的决策人，按汇报层级从上到下。",
        en="The decision-makers of the customer, layer by layer from the heads down.",
    )
    result: Any = list[Link]
    needs: frozenset[type[Table]] = frozenset({PersonTable})

    async def values(
        self,
        tables: Tables,
        now: datetime,  # noqa: ARG002  (the chain is that of today)
    ) -> Sequence[list[Link]]:
        """Return the people of each customer by depth, then by key."""
        people = tables[PersonTable]
        chains: list[list[Link]] = [[] for _ in range(len(tables))]
        rows = zip(
            people.customer.tolist(),
            people.key.tolist(),
            people.name.tolist(),
            people.title.tolist(),
            people.role.tolist(),
            depths(people).tolist(),
            people.reports_to.tolist(),
            core(people).tolist(),
            strict=True,
        )
        for customer, person, name, title, role, depth, boss, decides in rows:
            link = Link(
                person=person,
                name=name,
                title=title,
                role=role,
                depth=depth,
                reports_to=boss,
                core=decides,
            )
            chains[customer].append(link)
        return [sorted(chain, key=lambda link: (link.depth, link.person)) for chain in chains]
