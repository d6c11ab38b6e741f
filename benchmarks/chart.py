"""The chart of a run: counts of every side beside one another, and how they grow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.outcome import Outcome, question
from benchmarks.peers import SIDES
from benchmarks.questions import FIVE_CONDITIONS, Kind

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0f766e", "#94a3b8", "#64748b", "#a8a29e", "#78716c")
SMALL: Any = {"fontsize": 7, "va": "center"}
SHADES = {"low": 1.0, "middle": 0.7, "high": 0.4}


def draw(outcome: Outcome, path: Path) -> None:
    """Write the chart as SVG; the same outcome gives the same file."""
    style: Any = {
        "svg.hashsalt": "profilegraph",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with mpl.rc_context(style):
        figure = Figure(figsize=(11, 4.2), layout="constrained")
        bars, curve = figure.subplots(1, 2)
        _bars(bars, outcome)
        _curve(curve, outcome)
        figure.savefig(path, format="svg", metadata={"Date": None}, facecolor="white")


def _bars(axes: Axes, outcome: Outcome) -> None:
    point = outcome.main.point
    height = 0.8 / len(FIVE_CONDITIONS)
    for place, name in enumerate(FIVE_CONDITIONS):
        for row, side in enumerate(SIDES):
            median = point.results.median(side, question(Kind.COUNT, name))
            where = row + (place - 1) * height
            if median is None:
                axes.text(
                    0.01, where, "not measured", transform=axes.get_yaxis_transform(), **SMALL
                )
            else:
                shown = axes.barh(where, median, height, color=COLOURS[row], alpha=SHADES[name])
                axes.bar_label(shown, [f"{median:,.1f} ms"], padding=3, fontsize=7)
    axes.set_xscale("log")
    left, right = axes.get_xlim()
    axes.set_xlim(left / 2, right * 4)
    axes.set_yticks(range(len(SIDES)), SIDES)
    axes.invert_yaxis()
    axes.set_xlabel("milliseconds, logarithmic")
    axes.set_title(
        f"A count of five conditions, {point.size:,} customers\n"
        "low, middle and high selectivity from top to bottom",
        fontsize=9,
    )


def _curve(axes: Axes, outcome: Outcome) -> None:
    asked = question(Kind.COUNT, "middle")
    for side, colour in zip(SIDES, COLOURS, strict=True):
        medians = [(point.size, point.results.median(side, asked)) for point in outcome.points]
        known = [(size, one) for size, one in medians if one is not None]
        if known:
            sizes, times = zip(*known, strict=True)
            axes.plot(sizes, times, marker="o", color=colour, label=side)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("customers")
    axes.set_ylabel("milliseconds")
    axes.set_title("The count of middle selectivity by the number of customers", fontsize=9)
    axes.legend(fontsize=7, frameon=False)
