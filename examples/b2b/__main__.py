"""`python -m examples.b2b --customers 1000 --seed 7 --out DIR`: writes one file a kind of record."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from examples.b2b.files import write_world
from examples.b2b.world import World
from profilegraph.errors import ProfilegraphError


def main(arguments: Sequence[str]) -> int:
    """Write the files that the arguments ask for; returns the exit status."""
    given = _parser().parse_args(arguments)
    try:
        world = World(
            customers=given.customers,
            seed=given.seed,
            taggings=given.taggings,
            events=given.events,
            employees=given.employees,
            until=given.until,
        )
        counts = write_world(world, given.out, given.format)
    except ProfilegraphError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    for name, count in counts.items():
        print(f"{name}.{given.format}: {count:,}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m examples.b2b", description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=World.seed)
    parser.add_argument("--taggings", type=int, help="tags of every customer; as fits if left out")
    parser.add_argument("--events", type=float, default=World.events, help="mean of a customer")
    parser.add_argument("--employees", type=int, default=World.employees)
    parser.add_argument(
        "--until", type=_moment, default=World.until, help="when the story ends, with a time zone"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the files")
    parser.add_argument("--format", choices=["csv", "jsonl"], default="csv")
    return parser


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("give a time zone too: 2026-01-01T00:00:00+08:00")
    return moment


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
