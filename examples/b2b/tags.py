"""The tags of a company, in keeping with its facts, people and events."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from examples.b2b import words
from examples.b2b.companies import size_index
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer, Tagging, TagSource
from profilegraph.domain.records.organisation import DecisionMaker, DecisionRole
from profilegraph.domain.taxonomy.catalogue import tag_key
from profilegraph.domain.taxonomy.definition import Cardinality, Dimension, Taxonomy

DECIDING = frozenset({DecisionRole.DECIDER, DecisionRole.ECONOMIC_BUYER})
BUDGETS = (50_000, 100_000, 500_000, 1_000_000)
"""Bounds of the tags of annual_budget, CNY."""
USERS = frozenset({"add_standard", "replace_standard"})
"""Needs of those who use such a product today: only they can like it or suffer from it."""
WARM_DAYS = 90
SOURCES = (TagSource.MANUAL, TagSource.RULE, TagSource.IMPORT, TagSource.MODEL)
SOURCE_WEIGHTS = (5, 2, 2, 1)
CHOSEN_FREELY = ("customer_type", "ownership", "buying_stage", "lead_stage")


class Tags:
    """Draws tags of one taxonomy, which is b2b_core."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._dimensions = {dimension.key: dimension for dimension in taxonomy.dimensions}
        self.derived = frozenset(d.key for d in taxonomy.dimensions if d.derived)
        """The dimensions whose tags a model sets."""
        self.most = sum(len(_alternatives(d)) for d in taxonomy.dimensions)
        """The largest number of tags that one company can carry."""

    def fitting(
        self,
        rng: Random,
        customer: Customer,
        people: tuple[DecisionMaker, ...],
        events: tuple[Event, ...],
        until: datetime,
    ) -> list[str]:
        """Return the full keys of tags that agree with what is known of the company."""
        chosen = dict(self._of_facts(rng, customer))
        warm = any(until - event.at < timedelta(days=WARM_DAYS) for event in events)
        chosen["temperature"] = "warm" if warm else "cold"
        if people:
            several = any(person.reports_to for person in people)
            chosen["decision_chain"] = "multi_layer" if several else "single_layer"
        deciders = sum(person.role in DECIDING for person in people)
        if deciders:
            chosen["core_deciders"] = "one" if deciders == 1 else "several"
        found = [tag_key(dimension, tag) for dimension, tag in chosen.items()]
        done = {event.type for event in events}
        found += [tag_key("behaviour", t) for kind, t in words.BEHAVIOURS.items() if kind in done]
        if chosen["need"] in USERS:
            found += [tag_key(key, rng.choice(self._keys(key))) for key in ("likes", "pains")]
        return found

    def exactly(self, rng: Random, fitting: list[str], count: int) -> list[str]:
        """Return `count` tags: some of the fitting ones, or all and others that can go with them."""
        taken = rng.sample(fitting, min(count, len(fitting)))
        if len(taken) < count:
            others = list(self._compatible(rng, frozenset(fitting)))
            taken += rng.sample(others, count - len(taken))
        return taken

    def _of_facts(self, rng: Random, customer: Customer) -> Iterator[tuple[str, str]]:
        for key in CHOSEN_FREELY:
            yield key, rng.choice(self._keys(key))
        people, revenue = (customer.attributes[k] for k in ("employee_count", "annual_revenue"))
        if not isinstance(people, float) or not isinstance(revenue, float):
            raise TypeError("employee_count and annual_revenue are numbers of every company")
        yield "company_size", self._keys("company_size")[size_index(people)]
        budget = revenue * rng.uniform(0.001, 0.02)
        yield "annual_budget", self._keys("annual_budget")[bisect_right(BUDGETS, budget)]
        yield "need", rng.choice(self._keys("need"))

    def _compatible(self, rng: Random, taken: frozenset[str]) -> Iterator[str]:
        for dimension in self._dimensions.values():
            own = [tag_key(dimension.key, tag.key) for tag in dimension.tags]
            if dimension.cardinality is Cardinality.MULTI:
                yield from (tag for tag in own if tag not in taken)
            elif taken.isdisjoint(own):
                yield rng.choice(own)

    def _keys(self, dimension: str) -> list[str]:
        return [tag.key for tag in self._dimensions[dimension].tags]


def draw_tagging(
    rng: Random, customer: str, tag: str, until: datetime, owner: str, derived: frozenset[str]
) -> Tagging:
    """Return that a company carries a tag since some time in the year before `until`."""
    drawn = rng.choices(SOURCES, SOURCE_WEIGHTS)[0]
    source = TagSource.MODEL if tag.split("/")[0] in derived else drawn
    return Tagging(
        customer=customer,
        tag=tag,
        since=until - timedelta(seconds=rng.randrange(1, 365 * 86_400)),
        source=source,
        by=owner if source is TagSource.MANUAL else None,
        confidence=1.0 if source is TagSource.MANUAL else round(rng.uniform(0.5, 1.0), 2),
        weight=round(rng.uniform(0.1, 1.0), 2),
    )


def _alternatives(dimension: Dimension) -> tuple[object, ...]:
    multi = dimension.cardinality is Cardinality.MULTI
    return dimension.tags if multi else dimension.tags[:1]
