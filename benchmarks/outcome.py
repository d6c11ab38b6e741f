"""What one run found out, and the figures that it is judged by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.measuring import Results
from benchmarks.peers import NEO4J_GRAPHQL, OURS, PEERS
from benchmarks.questions import FIVE_CONDITIONS, QUESTIONS, Kind, Question
from benchmarks.writing import WRITERS, Freshness


@dataclass(frozen=True)
class Floor:
    """What an answer over HTTP that looks at the graph cannot be faster than, milliseconds."""

    http_ms: float
    """A `__typename` over HTTP."""
    bolt_ms: float
    """One bare Bolt round trip."""

    @property
    def total_ms(self) -> float:
        """Return both together."""
        return self.http_ms + self.bolt_ms


@dataclass(frozen=True)
class Index:
    """What the index took, and what reading the same taggings by one query takes."""

    build_seconds: float
    bytes: int
    parts: Mapping[str, int]
    """The same bytes by what they hold: taggings, events, or customers with all else."""
    one_query_seconds: float


@dataclass(frozen=True)
class Point:
    """What was measured with so many customers."""

    size: int
    taggings: int
    events: int
    results: Results
    floor: Floor
    absent: Mapping[str, str] = field(default_factory=dict)
    """Sides that could not be set up, and why."""
    live_change_ms: float | None = None
    """Until a follower of a live segment hears of one changed customer."""


@dataclass(frozen=True)
class Main:
    """The full suite, at one size."""

    point: Point
    index: Index | None
    freshness: Freshness | None
    server_bytes: int
    """Resident memory of the server of ours, after all questions."""
    cypher_answers: int
    """Questions that ours answered by Cypher, since its index could not."""
    write_rates: Mapping[int, float]
    """Writes a second over HTTP by how many writers."""


@dataclass(frozen=True)
class Outcome:
    """A whole run: the full suite at one size, and a part of it at others."""

    seed: int
    rounds: int
    machine: str
    """What it ran on, in words."""
    main: Main
    points: Sequence[Point]
    """Every size that was measured, the smallest first."""
    failed: Mapping[int, str] = field(default_factory=dict)
    """Sizes that could not be measured, and why."""


def question(kind: Kind, name: str) -> Question:
    """Return the question of a kind with a name."""
    return next(one for one in QUESTIONS if (one.kind, one.name) == (kind, name))


def figures(outcome: Outcome) -> dict[str, Any]:
    """Return the figures by name; null where one could not be measured, the worst where several."""
    main = outcome.main
    point, index, fresh = main.point, main.index, main.freshness
    fastest, named = _fastest_peer(point)
    taggings = point.taggings
    return {
        "size": point.size,
        "seed": outcome.seed,
        "agree": not any(one.results.disagreements for one in outcome.points),
        "count_vs_neo4j_graphql": _ratio(point, Kind.COUNT, NEO4J_GRAPHQL, Kind.COUNT),
        "count_vs_fastest_peer": fastest,
        "fastest_peer": named,
        "page_vs_neo4j_graphql": _ratio(point, Kind.PAGE, NEO4J_GRAPHQL, Kind.PAGE),
        "waterfall_vs_neo4j_graphql": _ratio(point, Kind.WATERFALL, NEO4J_GRAPHQL, Kind.COUNT),
        "breakdown_vs_neo4j_graphql": _ratio(point, Kind.BREAKDOWN, NEO4J_GRAPHQL, Kind.COUNT),
        "crosstable_vs_neo4j_graphql": _ratio(point, Kind.CROSS_TABLE, NEO4J_GRAPHQL, Kind.COUNT),
        "count_vs_floor": _over_floor(point),
        "floor_ms": _rounded(point.floor.total_ms),
        "index_bytes_per_tagging": index and _rounded(index.bytes / taggings),
        "index_bytes_vs_allowance": index and _rounded(index.bytes / _allowance(point)),
        "index_bytes_per_customer": index and _rounded(index.parts["customers"] / point.size),
        "index_bytes_per_event": index and _rounded(index.parts["events"] / point.events),
        "index_build_taggings_per_s": index and round(taggings / index.build_seconds),
        "index_build_vs_one_query": index
        and _rounded(index.one_query_seconds / index.build_seconds),
        "cypher_answers": main.cypher_answers,
        "server_rss_mb": round(main.server_bytes / 1024**2),
        "freshness_p99_ms": fresh and _rounded(fresh.p99_ms),
        "stale_answers": fresh and fresh.stale,
        **{
            f"writes_per_s_{many}": rate and _rounded(rate)
            for many in WRITERS
            for rate in (main.write_rates.get(many),)
        },
        "live_change_ms": point.live_change_ms and _rounded(point.live_change_ms),
        "live_change_vs_smallest_size": _growth(outcome.points),
        "absent": dict(point.absent),
        "failed": {str(size): why for size, why in outcome.failed.items()},
    }


def _ratio(point: Point, ours: Kind, peer: str, theirs: Kind) -> float | None:
    # The worst of all selectivities; none where not all were measured.
    ratios: list[float] = []
    for name in FIVE_CONDITIONS:
        mine = point.results.median(OURS, question(ours, name))
        other = point.results.median(peer, question(theirs, name))
        if mine is None or other is None:
            return None
        ratios.append(other / mine)
    return _rounded(min(ratios))


def _fastest_peer(point: Point) -> tuple[float | None, str | None]:
    ratios = [(_ratio(point, Kind.COUNT, peer, Kind.COUNT), peer) for peer in PEERS]
    known = [(ratio, peer) for ratio, peer in ratios if ratio is not None]
    return min(known, default=(None, None))


def _over_floor(point: Point) -> float | None:
    medians = [point.results.median(OURS, question(Kind.COUNT, name)) for name in FIVE_CONDITIONS]
    known = [one for one in medians if one is not None]
    if len(known) < len(FIVE_CONDITIONS):
        return None
    return _rounded(max(known) / point.floor.total_ms)


def _growth(points: Sequence[Point]) -> float | None:
    first, last = points[0].live_change_ms, points[-1].live_change_ms
    if len(points) == 1 or first is None or last is None:
        return None
    return _rounded(last / first)


def _allowance(point: Point) -> int:
    return 8 * point.taggings + 200 * point.size + 24 * point.events


def _rounded(number: float) -> float:
    return float(f"{number:.3g}")
