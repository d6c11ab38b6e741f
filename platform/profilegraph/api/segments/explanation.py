"""GraphQL types of explanations: the verdict of every condition for one customer, with evidence."""

from __future__ import annotations

from collections.abc import Iterator

import strawberry
from strawberry.scalars import JSON

from profilegraph.api.customers.customer import Customer
from profilegraph.api.customers.organisation import DecisionMaker
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import DistanceUnit
from profilegraph.api.runtime.fields import field, filter_field, list_field
from profilegraph.api.runtime.labels import Locale
from profilegraph.api.segments.evidence import Evidence, evidence_of
from profilegraph.engines.reference.counterfactual import MissedLeaf
from profilegraph.engines.reference.distance import number_of
from profilegraph.engines.reference.evaluator import Verdict
from profilegraph.language.codec import encode
from profilegraph.language.facts import Past, When
from profilegraph.language.nodes.parts import json_name
from profilegraph.rendering.counterfactual import miss_line
from profilegraph.rendering.evidence import counted_line
from profilegraph.services.segments import explanations, service


@object_type
class ConditionVerdict:
    """Whether one condition of the filter holds for the customer, and why."""

    verdict: strawberry.Private[Verdict]
    customer_key: strawberry.Private[str]
    past: strawberry.Private[bool]
    place: str = strawberry.field(
        description="The place of the condition in the filter, such as `filter.all[0].tags`."
    )
    depth: int = strawberry.field(description="Its depth; 0 for the whole filter.")
    holds: bool = strawberry.field(description="Whether it holds for the customer.")

    @filter_field
    async def text(self, info: Info, locale: Locale = "en") -> str:
        """The condition as a sentence."""
        return await info.context.sentence(self.verdict.node, locale)

    @field
    def filter(self) -> JSON:
        """The condition as canonical JSON."""
        return JSON(encode(self.verdict.node))

    @list_field
    async def evidence(self, info: Info) -> list[Evidence]:
        """The evidence: the tags named, the value compared, the events or people counted."""
        catalogue, known = await info.context.catalogue(), await self.people(info)
        return [evidence_of(one, catalogue, known) for one in self.verdict.evidence]

    async def people(self, info: Info) -> dict[str, DecisionMaker]:
        """Return the customer's decision-makers by key; of the past none, who are told as records."""
        people = await info.context.load.decision_makers.load(self.customer_key)
        return {} if self.past else {one.key: DecisionMaker.of(one) for one in people}

    @field
    def number(self) -> float | None:
        """The number of counted records, or the sum for eventTotal; otherwise null."""
        return number_of(self.verdict)

    @field
    def summary(self, locale: Locale = "en") -> str | None:
        """The count as a readable line; null if nothing is counted."""
        return counted_line(self.verdict, locale) or None


@object_type
class MissingCondition:
    """A condition that would have to change for the customer to be a member."""

    miss: strawberry.Private[MissedLeaf]
    condition: ConditionVerdict = strawberry.field(
        description="The condition, with what the customer has instead."
    )
    wanted: bool = strawberry.field(
        description="Whether it would have to become true; otherwise false."
    )
    distance: float | None = strawberry.field(
        description=(
            "The difference to the nearest value that would match, negative if that is less; null "
            "if there is no number."
        )
    )
    unit: DistanceUnit | None = strawberry.field(description="What the distance counts.")
    lacks: list[str] = strawberry.field(
        description="Parts of the condition that the nearest record does not match."
    )

    @classmethod
    def of(cls, miss: MissedLeaf, condition: ConditionVerdict) -> MissingCondition:
        """Return the API's view of a condition that would have to change."""
        gap = miss.gap
        return cls(
            miss=miss,
            condition=condition,
            wanted=miss.wanted,
            distance=None if gap is None else gap.distance,
            unit=None if gap is None else gap.unit,
            lacks=[] if miss.near is None else [json_name(one) for one in miss.near.lacks],
        )

    @field
    async def nearest_record(self, info: Info) -> Evidence | None:
        """If too few records are counted: the one that nearly counts; otherwise null."""
        if self.miss.near is None:
            return None
        catalogue = await info.context.catalogue()
        return evidence_of(self.miss.near.record, catalogue, await self.condition.people(info))

    @field
    async def text(self, info: Info, locale: Locale = "en") -> str:
        """The present value, the required one and the distance, as a readable line."""
        context = info.context
        library = await service.library(context.platform, self.miss.verdict.node)
        return miss_line(self.miss, await context.catalogue(), locale, library)


@object_type
class Explanation:
    """Why a customer is a member of a segment, or is not."""

    verdict: strawberry.Private[Verdict]
    customer_key: strawberry.Private[str]
    past: strawberry.Private[When | None] = None

    @field
    async def customer(self, info: Info) -> Customer | None:
        """The customer."""
        return await Customer.load(info, self.customer_key)

    @field
    def holds(self) -> bool:
        """Whether the customer is a member."""
        return self.verdict.holds

    @field
    async def nearest_miss(self, info: Info) -> list[MissingCondition] | None:
        """The fewest conditions whose change would make the customer a member.

        Of equally many, the nearest; none for a member, null where no change would do.
        """
        context = info.context
        found = await explanations.missing(context.platform, self.verdict, self.past or context.now)
        if found is None:
            return None
        known = {one.place: one for one in self._conditions()}
        return context.budget.take(
            [MissingCondition.of(miss, known[miss.verdict.place]) for miss in found]
        )

    @list_field
    def conditions(self) -> list[ConditionVerdict]:
        """The whole filter and every condition in it, parents before children."""
        return self._conditions()

    def _conditions(self) -> list[ConditionVerdict]:
        return conditions_of(self.verdict, self.customer_key, past=isinstance(self.past, Past))


def conditions_of(whole: Verdict, customer: str, *, past: bool = False) -> list[ConditionVerdict]:
    """Return the API's view of each condition of a filter, parents before children."""
    return [
        ConditionVerdict(
            verdict=verdict,
            customer_key=customer,
            past=past,
            place=verdict.place,
            depth=depth,
            holds=verdict.holds,
        )
        for depth, verdict in _walk(whole, 0)
    ]


def _walk(verdict: Verdict, depth: int) -> Iterator[tuple[int, Verdict]]:
    yield depth, verdict
    for child in verdict.children:
        yield from _walk(child, depth + 1)
