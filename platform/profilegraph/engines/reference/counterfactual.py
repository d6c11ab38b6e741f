"""The counterfactual: the fewest conditions that would have to change to make a customer a member.

The conditions of a filter with their verdicts form a small integer program. Changing a leaf costs
one, plus a little that grows with the distance; equal leaves, which depend on the same facts,
change together. Other dependencies between leaves are ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.reference.distance import Distance, gap
from profilegraph.engines.reference.evaluator import Verdict
from profilegraph.engines.reference.near_misses import NearMiss, nearest_record
from profilegraph.language.facts import Context
from profilegraph.language.nodes import AllOf, AnyOf, InSegment, Node, Not

_FARTHER = 1e-3
"""The most that distance adds to the cost of a leaf: for 100 leaves, less than one leaf."""


@dataclass(frozen=True)
class MissedLeaf:
    """A leaf that would have to change, with the distance where a number tells it."""

    verdict: Verdict
    gap: Distance | None
    near: NearMiss | None = None
    """If it counts too few records: the record that nearly counts."""

    @property
    def wanted(self) -> bool:
        """Return whether the leaf would have to become true; otherwise it would have to become false."""
        return not self.verdict.holds


Missing: TypeAlias = tuple[MissedLeaf, ...] | None
"""The leaves that would have to change; empty for a member, None if no change is enough."""


def nearest_miss(verdict: Verdict, catalogue: Catalogue, context: Context) -> Missing:
    """Return the fewest leaves that would have to change; among equally few, the nearest.

    They are in the order of the filter, equal leaves once; empty for a member. None if no change is
    enough, as with an empty `any`.
    """
    places: dict[Node, Verdict] = {}
    for leaf in _leaves(verdict):
        places.setdefault(leaf.node, leaf)
    misses = {
        node: MissedLeaf(one, gap(one, catalogue, context), nearest_record(one, context))
        for node, one in places.items()
    }
    costs = {node: 1 + _FARTHER * _remoteness(one.gap) for node, one in misses.items()}
    changed = cheapest_change(verdict, costs)
    return None if changed is None else tuple(misses[node] for node in misses if node in changed)


def cheapest_change(verdict: Verdict, costs: Mapping[Node, float]) -> frozenset[Node] | None:
    """Return the leaves whose change makes a filter true at the least cost; None if there are none."""
    # Of all commands and requests only explanations need it, and it is slow to load.
    from scipy.optimize import Bounds, LinearConstraint, milp

    program = _Program({node: index for index, node in enumerate(costs)})
    whole = program.require(verdict, holds=True)
    program.rows.append(({whole: -1}, -1))  # the whole filter must hold
    matrix = np.zeros((len(program.rows), program.size))
    for row, (factors, _) in zip(matrix, program.rows, strict=True):
        for index, factor in factors.items():
            row[index] += factor
    found = milp(
        np.array([*costs.values(), *[0.0] * (program.size - len(costs))]),
        integrality=np.ones(program.size, dtype=np.int8),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, ub=[limit for _, limit in program.rows]),
    )
    if found.x is None:
        return None
    return frozenset(node for node, index in program.changes.items() if found.x[index] > 0.5)


@dataclass
class _Program:
    """0-1 variables: whether each leaf changes, then whether each node is as required.

    A row is a constraint: a weighted sum of variables is at most a number.
    """

    changes: Mapping[Node, int]
    rows: list[tuple[dict[int, int], int]] = field(default_factory=list)
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = len(self.changes)

    def require(self, verdict: Verdict, *, holds: bool) -> int:
        """Return the variable that is 1 only if the node has the required result."""
        node = verdict.node
        if isinstance(node, Not | InSegment):
            return self.require(verdict.children[0], holds=holds is not isinstance(node, Not))
        mine = self.size
        self.size += 1
        if not isinstance(node, AllOf | AnyOf):
            change = self.changes[node]
            row = (
                ({mine: 1, change: 1}, 1) if verdict.holds is holds else ({mine: 1, change: -1}, 0)
            )
            self.rows.append(row)
            return mine
        below = [self.require(child, holds=holds) for child in verdict.children]
        if isinstance(node, AllOf) is holds:
            self.rows += [({mine: 1, child: -1}, 0) for child in below]
        else:
            self.rows.append(({mine: 1} | dict.fromkeys(below, -1), 0))
        return mine


def _leaves(verdict: Verdict) -> Iterator[Verdict]:
    if not isinstance(verdict.node, AllOf | AnyOf | Not | InSegment):
        yield verdict
    for child in verdict.children:
        yield from _leaves(child)


def _remoteness(gap: Distance | None) -> float:
    return 1.0 if gap is None else gap.remoteness
