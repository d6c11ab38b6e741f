"""What was there at a moment of the past, as Cypher.

What is over is kept beside what is: an edge that ended under the name of what it was, an earlier
state of a record as a node behind it. Whatever it is, it says from when until when it held; what
was there before such moments were kept has none, and began before anyone can ask about.
"""

from __future__ import annotations

_ENDED = {
    "WORKS_IN": "WORKED_IN",
    "REPORTS_TO": "REPORTED_TO",
    "PART_OF": "WAS_PART_OF",
    "TAKES_PART_IN": "TOOK_PART_IN",
}
NOW = "$q.now"
"""The moment that is asked about, in queries of the past."""


def known(*, past: bool) -> str:
    """Return the predicate that `c` was a customer by then, and had not been merged away."""
    if not past:
        return "NOT EXISTS { (c)-[:MERGED_INTO]->() }"
    return (
        f"c.createdAt <= {NOW} AND NOT EXISTS {{ (c)-[merged:MERGED_INTO]->()"
        f" WHERE coalesce(merged.at <= {NOW}, true) }}"
    )


def edges(kind: str, *, past: bool) -> str:
    """Return the type of an edge; of the past, with that of the same edge when it has ended."""
    return f"{kind}|{_ENDED[kind]}" if past else kind


def record(label: str, name: str, who: str = "", *, past: bool) -> str:
    """Return the pattern of a record; a variable has its values, and `who` has its edges."""
    return f"({who}:{label})-[:WAS]->{{0,1}}({name})" if past else f"({name}:{label})"


def held(variable: str, *, past: bool) -> list[str]:
    """Return what must hold of a record's values or an edge, so that it is of the moment asked."""
    if not past:
        return []
    return [
        f"coalesce({variable}.since <= {NOW}, true)",
        f"coalesce({variable}.until > {NOW}, true)",
    ]


def steps(kind: str, least: int, *, past: bool) -> str:
    """Return the path of at least so many edges of a kind, one after the other."""
    if not past:
        return f"-[:{kind}]->{{{least},}}"
    within = " AND ".join(held("step", past=True))
    return f" (()-[step:{edges(kind, past=True)}]->() WHERE {within}){{{least},}} "
