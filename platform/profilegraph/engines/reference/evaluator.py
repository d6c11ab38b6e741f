"""Evaluates every node of a filter for one customer's facts, with the evidence.

This is the readable definition of the language, against which the other evaluators are tested.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from profilegraph.domain.records.customers import RelationKind
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.reference import activity, people, profile
from profilegraph.engines.reference.findings import (
    CustomerContext,
    Evidence,
    Finding,
    LeafDecision,
    Neighbour,
    newest_first,
)
from profilegraph.language.facts import Context, Facts
from profilegraph.language.nodes import (
    AllOf,
    AnyOf,
    InSegment,
    Leaf,
    Listed,
    Node,
    Not,
    Related,
    steps,
)
from profilegraph.language.predicates import enough, visible

LEAVES: Mapping[type[Leaf], LeafDecision] = {**profile.LEAVES, **activity.LEAVES, **people.LEAVES}
"""Evaluators of the leaves that depend on one customer alone."""


@dataclass(frozen=True)
class Verdict:
    """The result of one node of a filter for a customer, with the evidence."""

    node: Node
    place: str
    holds: bool
    evidence: tuple[Evidence, ...] = ()
    children: tuple[Verdict, ...] = ()
    beside: tuple[Evidence, ...] = ()
    """For a counted condition that is false: the records of its kind that did not count."""


def explain(node: Node, facts: Facts, catalogue: Catalogue, context: Context) -> Verdict:
    """Return the verdict on a filter for one customer, with that of every node below it."""
    return _Judge(CustomerContext(facts, catalogue, context)).judge(node, "filter")


@dataclass(frozen=True)
class _Judge:
    here: CustomerContext

    def judge(self, node: Node, place: str) -> Verdict:
        match node:
            case AllOf():
                children = self._each(node, place)
                return Verdict(node, place, all(child.holds for child in children), (), children)
            case AnyOf():
                children = self._each(node, place)
                return Verdict(node, place, any(child.holds for child in children), (), children)
            case Not():
                (child,) = self._each(node, place)
                return Verdict(node, place, not child.holds, (), (child,))
            case Listed(ordinals):
                own = self.here.facts.ordinal
                holds = own is not None and own in ordinals
                return Verdict(node, f"{place}.{node.NAME}", holds)
            case InSegment(key):
                place = f"{place}.{node.NAME}"
                saved = self.here.context.library.segment(key)
                child = self.judge(saved.filter, f"{place}.{key}")
                return Verdict(node, place, child.holds, (), (child,))
            case _:
                return self._leaf(node, f"{place}.{node.NAME}")

    def _each(self, node: Node, place: str) -> tuple[Verdict, ...]:
        return tuple(self.judge(one, f"{place}.{step}") for step, one in steps(node))

    def _leaf(self, leaf: Leaf, place: str) -> Verdict:
        if isinstance(leaf, Related):
            found = self._related(leaf)
        else:
            found = LEAVES[type(leaf)](leaf, self.here)
        evidence = tuple(found.evidence)
        beside: tuple[Evidence, ...] = ()
        if not found.holds:
            beside = tuple(one for one in newest_first(found.records) if one not in evidence)
        return Verdict(leaf, place, found.holds, evidence, (), beside)

    def _related(self, leaf: Related) -> Finding:
        neighbours = [*self._neighbours(leaf)]
        found = [one for one, holds in neighbours if holds]
        return Finding(enough(leaf, len(found)), found, [one for one, _ in neighbours])

    def _neighbours(self, leaf: Related) -> Iterator[tuple[Neighbour, bool]]:
        """Yield the visible related customers, the nearest first, and whether each matches."""
        near = self.here.facts.near
        for key, distance in _neighbours(leaf, self.here.facts):
            other = replace(near[key], near=near)
            judge = _Judge(replace(self.here, facts=other))
            if visible(other):
                yield Neighbour(key, other.name, distance), judge.judge(leaf.where, "").holds


def _neighbours(leaf: Related, facts: Facts) -> Iterator[tuple[str, int]]:
    """Yield the other customers reached by relations of the leaf's kinds, the nearest first."""
    kinds = set(RelationKind) if leaf.kinds is None else set(leaf.kinds)
    seen, here = {facts.key}, [facts]
    for distance in range(1, leaf.distance + 1):
        links = [link.other for one in here for link in one.relations if link.kind in kinds]
        fresh = sorted(set(links) - seen)
        yield from ((key, distance) for key in fresh)
        seen.update(fresh)
        # A path past a customer out of scope would tell that there is one.
        here = [facts.near[key] for key in fresh if not facts.near[key].hidden]
