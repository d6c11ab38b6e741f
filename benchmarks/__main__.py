"""Run every benchmark with its default size: `python -m benchmarks`."""

from __future__ import annotations

from benchmarks import importing

BENCHMARKS = (importing.main,)


if __name__ == "__main__":
    for benchmark in BENCHMARKS:
        benchmark([])
