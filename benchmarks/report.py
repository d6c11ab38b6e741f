"""A run for people: tables in Markdown, put between two marks of docs/benchmark.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.outcome import Outcome, Point, figures
from benchmarks.peers import OURS, SIDES
from benchmarks.questions import QUESTIONS, Kind

BEGIN, END = "<!-- results -->", "<!-- /results -->"
CHART = "![Counts of five conditions, by side and by number of customers](benchmark.svg)"
GOALS = {
    "count_vs_neo4j_graphql": "≥ 300",
    "count_vs_fastest_peer": "> 1",
    "page_vs_neo4j_graphql": "≥ 50",
    "waterfall_vs_neo4j_graphql": "≥ 100",
    "breakdown_vs_neo4j_graphql": "≥ 100",
    "crosstable_vs_neo4j_graphql": "≥ 100",
    "count_vs_floor": "≤ 2",
    "index_bytes_vs_allowance": "≤ 1",
    "index_bytes_per_customer": "≤ 200",
    "index_bytes_per_event": "≤ 24",
    "index_build_vs_one_query": "≥ 2",
}


def write(outcome: Outcome, page: Path) -> None:
    """Put the results into the page, in place of those of an earlier run."""
    text = page.read_text("utf-8")
    head, rest = text.split(BEGIN, 1)
    _, tail = rest.split(END, 1)
    page.write_text(f"{head}{BEGIN}\n\n{render(outcome)}\n\n{END}{tail}", "utf-8")


def render(outcome: Outcome) -> str:
    """Return the results as Markdown."""
    point = outcome.main.point
    parts = [
        CHART,
        _about(outcome),
        _answers(point),
        "### Ratios and rates\n\nA peer's median ÷ ours, the worst of the three selectivities.",
        _figures(outcome),
        "### By the number of customers\n\nFive conditions of middle selectivity, milliseconds.",
        _curve(outcome.points),
    ]
    missing = [f"- {side} was **not measured**: {why}" for side, why in point.absent.items()]
    missing += [
        f"- {size:,} customers were **not measured**: {why}" for size, why in outcome.failed.items()
    ]
    wrong = [f"- **DISAGREES**: {one}" for one in point.results.disagreements]
    return "\n\n".join([*parts, *(["\n".join(missing + wrong)] if missing or wrong else [])])


def _about(outcome: Outcome) -> str:
    point = outcome.main.point
    return (
        f"{point.size:,} customers, {point.taggings:,} taggings, seed {outcome.seed};"
        f" medians of {outcome.rounds} rounds, milliseconds. {outcome.machine}."
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose first column is text and whose others are numbers."""
    marks = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, marks, *rows))


def number(value: float | None) -> str:
    """Return three digits of a number; a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _answers(point: Point) -> str:
    rows = [
        [f"{one.kind}, {one.name}", *(number(point.results.median(side, one)) for side in SIDES)]
        for one in QUESTIONS
    ]
    floor = point.floor
    rows.append(["floor: HTTP + Bolt", number(floor.total_ms), *("" for _ in SIDES[1:])])
    return table(["", *SIDES], rows)


def _figures(outcome: Outcome) -> str:
    rows = []
    for name, value in figures(outcome).items():
        if isinstance(value, dict):
            continue
        shown = number(value) if type(value) in (int, float) else str(value or "–")
        rows.append([f"`{name}`", "–" if value is None else shown, GOALS.get(name, "")])
    return table(["figure", "measured", "goal"], rows)


def _curve(points: Sequence[Point]) -> str:
    asked = [one for one in QUESTIONS if one.name == "middle"]
    sizes = [f"{point.size:,}" for point in points]
    rows = [
        [f"{side}: {one.kind}", *(number(point.results.median(side, one)) for point in points)]
        for side in SIDES
        for one in asked
        if side == OURS or one.kind is Kind.COUNT
    ]
    rows.append(["live segment: one change", *(number(one.live_change_ms) for one in points)])
    return table(["", *sizes], rows)


def summary(point: Point) -> str:
    """Return the medians of the count that every size is asked for, in one line."""
    asked = next(one for one in QUESTIONS if (one.kind, one.name) == (Kind.COUNT, "middle"))
    counts = [f"{side} {number(point.results.median(side, asked))} ms" for side in SIDES]
    return f"a count: {', '.join(counts)}; a live change {number(point.live_change_ms)} ms"
