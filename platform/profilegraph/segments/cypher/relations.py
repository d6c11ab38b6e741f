"""Which customers are related, as Cypher."""

from __future__ import annotations

from profilegraph.domain.customers import RelationKind
from profilegraph.segments.cypher.comparing import in_bounds
from profilegraph.segments.cypher.frame import Frame
from profilegraph.segments.cypher.people import visible
from profilegraph.segments.nodes import Related, bounds

_PARENT, _SUBSIDIARY, _PARTNER = RelationKind.PARENT, RelationKind.SUBSIDIARY, RelationKind.PARTNER
_ALIKE = {
    frozenset({_PARENT}): "-[:SUBSIDIARY_OF]->",
    frozenset({_SUBSIDIARY}): "<-[:SUBSIDIARY_OF]-",
    frozenset({_PARTNER}): "-[:RELATED_TO]-",
    frozenset({_PARENT, _SUBSIDIARY}): "-[:SUBSIDIARY_OF]-",
    frozenset(RelationKind): "-[:SUBSIDIARY_OF|RELATED_TO]-",
}
"""Kinds of relations whose steps all look the same in the graph."""


def related(leaf: Related, predicate: str, frame: Frame) -> str:
    """Return the predicate on how many related customers match; `predicate` is over the inner one.

    A customer that several ways lead to counts once, and the one who is asked about never.
    """
    other, seen = frame.inner().customer, visible(frame.inner())
    matching = (
        f"MATCH ({frame.customer}){_steps(leaf, frame)}({other}:Customer)"
        f" WHERE {other} <> {frame.customer} AND {seen} AND {predicate}"
    )
    if bounds(leaf) == (1, None):
        return f"EXISTS {{ {matching} }}"
    if bounds(leaf) == (0, 0):
        return f"NOT EXISTS {{ {matching} }}"
    return in_bounds(f"COUNT {{ {matching} RETURN DISTINCT {other} }}", leaf, frame)


def _steps(leaf: Related, frame: Frame) -> str:
    kinds = frozenset(RelationKind if leaf.kinds is None else leaf.kinds)
    times = f"{{1,{leaf.distance}}}"
    if kinds in _ALIKE:
        return f"{_ALIKE[kinds]}{times}"
    # Partners on both sides, but only one way along the ownership.
    start, end, step = frame.name("x"), frame.name("y"), frame.name("r")
    owned = start if _PARENT in kinds else end
    return (
        f"(({start})-[{step}:SUBSIDIARY_OF|RELATED_TO]-({end})"
        f" WHERE type({step}) = 'RELATED_TO' OR startNode({step}) = {owned}){times}"
    )
