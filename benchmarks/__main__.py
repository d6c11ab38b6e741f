"""Run every benchmark with its default size: `python -m benchmarks`."""

from __future__ import annotations

from benchmarks import importing, segments

BENCHMARKS = (importing.main, segments.main)


if __name__ == "__main__":
    for benchmark in BENCHMARKS:
        benchmark([])
