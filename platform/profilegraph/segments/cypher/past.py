"""What was there at a moment of the past, as Cypher.

What is over is kept beside what is: an edge that ended under the name of what it was, an earlier
state of a record as a node behind it. Whatever it is, it says from when until when it held; what
was there before such moments were kept has none, and began before anyone can ask about.
"""

from __future__ import annotations

from profilegraph.segments.cypher.frame import Frame

_ENDED = {
    "WORKS_IN": "WORKED_IN",
    "REPORTS_TO": "REPORTED_TO",
    "PART_OF": "WAS_PART_OF",
    "TAKES_PART_IN": "TOOK_PART_IN",
}


def known(frame: Frame) -> str:
    """Return the predicate that the customer was one by then, and had not been merged away."""
    if not frame.context.past:
        return f"NOT EXISTS {{ ({frame.customer})-[:MERGED_INTO]->() }}"
    moment, merged = frame.add(frame.context.now), frame.name("merged")
    gone = f"({frame.customer})-[{merged}:MERGED_INTO]->()"
    return (
        f"{frame.customer}.createdAt <= {moment}"
        f" AND NOT EXISTS {{ {gone} WHERE coalesce({merged}.at <= {moment}, true) }}"
    )


def edges(kind: str, frame: Frame) -> str:
    """Return the type of an edge; of the past, with that of the same edge when it has ended."""
    return f"{kind}|{_ENDED[kind]}" if frame.context.past else kind


def record(label: str, name: str, frame: Frame, its: str = "") -> str:
    """Return the pattern of a record whose values a variable has; `its` is that of its edges."""
    if frame.context.past:
        return f"({its}:{label})-[:WAS]->{{0,1}}({frame.name(name)})"
    return f"({frame.name(name)}:{label})"


def held(variable: str, frame: Frame) -> list[str]:
    """Return what must hold of a record's values or an edge, so that it is of the moment asked."""
    if not frame.context.past:
        return []
    moment = frame.add(frame.context.now)
    return [
        f"coalesce({variable}.since <= {moment}, true)",
        f"coalesce({variable}.until > {moment}, true)",
    ]


def steps(kind: str, least: int, frame: Frame) -> str:
    """Return the path of at least so many edges of a kind, one after the other."""
    if not frame.context.past:
        return f"-[:{kind}]->{{{least},}}"
    edge = frame.name("step")
    within = " AND ".join(held(edge, frame))
    return f" (()-[{edge}:{edges(kind, frame)}]->() WHERE {within}){{{least},}} "
