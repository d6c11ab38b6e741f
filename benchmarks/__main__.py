"""Run the benchmark: `python -m benchmarks --size 200000 --seed 7`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import report
from benchmarks.chart import draw
from benchmarks.outcome import figures
from benchmarks.suite import Plan, run

DOCS = Path(__file__).parents[1] / "docs"
CURVE = (10_000, 50_000)
LONG_CURVE = (10_000, 100_000, 1_000_000)


def sizes(text: str) -> tuple[int, ...]:
    """Return the sizes that a list with commas names."""
    return tuple(int(one) for one in text.split(","))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write docs/benchmark.md and .svg, print the figures.

    1 where sides disagree, or a size could not be measured.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=200_000, help="customers of the full suite")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--rounds", type=int, default=5, help="turns of each side, one warm-up more"
    )
    parser.add_argument(
        "--curve",
        nargs="?",
        type=sizes,
        const=LONG_CURVE,
        metavar="SIZES",
        help="further sizes, such as 10000,100000; without any up to 1,000,000 customers",
    )
    parser.add_argument("--docs", type=Path, default=DOCS, help="folder of benchmark.md and .svg")
    options = parser.parse_args(arguments)
    # What was started ends with the run, also where that is ended from outside.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    began = time.perf_counter()

    def say(text: str) -> None:
        print(f"[{time.perf_counter() - began:5.0f} s] {text}", file=sys.stderr, flush=True)

    curve = options.curve or tuple(one for one in CURVE if one < options.size)
    # Written each time that there is more to say: a size that takes the whole run with it, as for
    # want of memory, loses nothing that was found out before.
    for outcome in run(Plan(options.size, options.seed, options.rounds, curve), say):
        report.write(outcome, options.docs / "benchmark.md")
        draw(outcome, options.docs / "benchmark.svg")
        found = figures(outcome)
        print(report.render(outcome))
        print(json.dumps(found, ensure_ascii=False), flush=True)
    return 0 if found["agree"] and not found["failed"] else 1


if __name__ == "__main__":
    sys.exit(main())
