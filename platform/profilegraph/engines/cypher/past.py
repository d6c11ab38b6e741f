"""Cypher of the state at a moment of the past.

Ended edges and former states of records are kept beside the current ones: an ended edge under a
type of its own, a former state as a node of its own. Each has the moments from and until which it
held; what existed before such moments were recorded has none and began before the earliest moment
that can be queried.
"""

from __future__ import annotations

_ENDED = {
    "WORKS_IN": "WORKED_IN",
    "REPORTS_TO": "REPORTED_TO",
    "PART_OF": "WAS_PART_OF",
    "TAKES_PART_IN": "TOOK_PART_IN",
}
NOW = "$q.now"
"""The moment of the query, in queries of the past."""


def existed(*, past: bool) -> str:
    """Return the predicate that `c` was a customer by then and not merged into another."""
    if not past:
        return "NOT EXISTS { (c)-[:MERGED_INTO]->() }"
    return (
        f"c.createdAt <= {NOW} AND NOT EXISTS {{ (c)-[merged:MERGED_INTO]->()"
        f" WHERE coalesce(merged.at <= {NOW}, true) }}"
    )


def edges(kind: str, *, past: bool) -> str:
    """Return the type of an edge; for the past, together with the type of ended edges."""
    return f"{kind}|{_ENDED[kind]}" if past else kind


def record(label: str, name: str, who: str = "", *, past: bool) -> str:
    """Return the pattern of a record: `variable` binds its values, `who` its edges."""
    return f"({who}:{label})-[:WAS]->{{0,1}}({name})" if past else f"({name}:{label})"


def held(variable: str, *, past: bool) -> list[str]:
    """Return the predicates that the values of a record, or an edge, were valid at the moment."""
    if not past:
        return []
    return [
        f"coalesce({variable}.since <= {NOW}, true)",
        f"coalesce({variable}.until > {NOW}, true)",
    ]


def steps(kind: str, least: int, *, past: bool) -> str:
    """Return the pattern of a path of at least `least` edges of a kind."""
    if not past:
        return f"-[:{kind}]->{{{least},}}"
    within = " AND ".join(held("step", past=True))
    return f" (()-[step:{edges(kind, past=True)}]->() WHERE {within}){{{least},}} "
