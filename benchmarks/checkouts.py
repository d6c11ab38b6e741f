"""Two checkouts of the product, measured in turns by what both have: commands and HTTP.

`python -m benchmarks.checkouts OLD NEW` prints a table. Each is a folder with a checkout and its
`.venv`; each loads the purchases of the demo into a Neo4j of its own, and is served. What is asked
of them is the same, and one asks while the other waits.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.http import GraphQLClient, operation
from benchmarks.processes import free_port, running

BOTH = ("old", "new")
SERVE_SECONDS = 180.0
BURST_SECONDS = 3.0
INDEXED_SECONDS = 0.1

FIVE = {
    "all": [
        {"tags": {"dimension": "rfm", "noneOf": ["general_keep"]}},
        {"tags": {"dimension": "lifecycle", "anyOf": ["growth", "maturity", "maintenance"]}},
        {"metric": {"key": "rfm_monetary", "number": {"gte": 100}}},
        {
            "eventTotal": {
                "type": "purchase",
                "window": {"since": "1997-06-01T00:00:00+00:00"},
                "total": {"gte": 50},
            }
        },
        {"event": {"type": "purchase", "atLeast": 2}},
    ]
}
COUNT = "query ($f: FilterInput!) { segmentPreview(filter: $f) { count } }"
WATERFALL = (
    "query ($f: FilterInput!) { segmentPreview(filter: $f) {"
    " count text waterfall { steps { kept removed text } } } }"
)
PAGE = (
    "query ($f: FilterInput!) { segmentPreview(filter: $f) { members(first: 50) {"
    " edges { node { key name kind tags { tag { key label } since by } } }"
    " pageInfo { hasNextPage endCursor } } } }"
)
REQUESTS: Mapping[str, bytes] = {
    "count of five conditions": operation(COUNT, {"f": FIVE}),
    "waterfall of five conditions": operation(WATERFALL, {"f": FIVE}),
    "page of 50 customers with tags": operation(PAGE, {"f": FIVE}),
}


@dataclass
class Side:
    """One checkout, and the figures of its turns by what was measured."""

    folder: Path
    home: Path
    figures: dict[str, list[float]] = field(default_factory=dict)

    def note(self, name: str, figure: float) -> None:
        """Keep a figure."""
        self.figures.setdefault(name, []).append(figure)

    @property
    def environment(self) -> dict[str, str]:
        """Return what its processes see: a home and a database of their own."""
        kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
        return {**kept, "PROFILEGRAPH_HOME": str(self.home)}

    def command(self, *words: str) -> list[str]:
        """Return one of its commands."""
        return [str(self.folder / ".venv/bin/profilegraph"), *words]

    def run(self, *words: str) -> str:
        """Return what a command prints; raises CalledProcessError where it fails."""
        return subprocess.run(
            self.command(*words),
            env=self.environment,
            cwd=self.folder,
            check=True,
            capture_output=True,
            text=True,
        ).stdout


def timed(action: Callable[[], object]) -> float:
    """Return the seconds that something takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def processor(action: Callable[[], object]) -> float:
    """Return the seconds of the processor that the children of something take."""

    def used() -> float:
        found = resource.getrusage(resource.RUSAGE_CHILDREN)
        return found.ru_utime + found.ru_stime

    began = used()
    action()
    return used() - began


@contextmanager
def served(side: Side) -> Iterator[GraphQLClient]:
    """Yield a client of the served checkout, as soon as it answers."""
    key = side.run("key", "create", "benchmark").split("pg_", 1)[1].split()[0]
    port = free_port()
    environment = {**side.environment, "PROFILEGRAPH_PORT": str(port)}
    with running(
        side.command("serve"), log=side.home / "serve.log", environment=environment
    ) as process:
        client = GraphQLClient(port, key=f"pg_{key}")
        end = time.monotonic() + SERVE_SECONDS
        while not _answers_from_index(client):
            if process.poll() is not None or time.monotonic() > end:
                log = (side.home / "serve.log").read_text(encoding="utf-8")
                raise RuntimeError(f"{side.folder} is not ready:\n{log[-2_000:]}")
            time.sleep(0.2)
        with client:
            yield client


def _answers_from_index(client: GraphQLClient) -> bool:
    """Return whether a count takes as long as it does once the index is built."""
    began = time.perf_counter()
    try:
        client.send(REQUESTS["count of five conditions"])
    except OSError:
        return False
    except RuntimeError as error:
        if "DATABASE_TIMEOUT" in str(error):
            return False
        raise
    return time.perf_counter() - began < INDEXED_SECONDS


def burst(client: GraphQLClient) -> float:
    """Return how many counts a second one connection gets."""
    body = REQUESTS["count of five conditions"]
    began, many = time.perf_counter(), 0
    while (taken := time.perf_counter() - began) < BURST_SECONDS:
        client.send(body)
        many += 1
    return many / taken


def compare(sides: Sequence[Side], turns: int, say: Callable[[str], None]) -> None:
    """Measure both in turns; the first turn, with everything cold, is left out."""
    for _ in range(turns):
        for side in sides:
            side.note("--help, ms of processor", 1e3 * processor(lambda s=side: s.run("--help")))  # type: ignore[misc]
    for side in sides:
        say(f"{side.folder}: load")
        side.note("demo loaded and answered, s", timed(lambda s=side: s.run("demo", "--once")))  # type: ignore[misc]
    with served(sides[0]) as old, served(sides[1]) as new:
        clients = dict(zip(sides_by_name(sides), (old, new), strict=True))
        answers = [{name: c.send(body) for name, body in REQUESTS.items()} for c in (old, new)]
        if answers[0] != answers[1]:
            raise RuntimeError(f"the answers differ:\n{answers[0]}\n{answers[1]}")
        for turn in range(turns * 20):
            order = sides if turn % 2 else list(reversed(sides))
            for name, body in REQUESTS.items():
                for side in order:
                    client = clients[side.folder]
                    taken = timed(lambda c=client, b=body: c.send(b))  # type: ignore[misc]
                    side.note(f"{name}, ms", taken * 1e3)
        for turn in range(turns):
            say(f"bursts {turn + 1} of {turns}")
            for side in sides if turn % 2 else list(reversed(sides)):
                side.note("counts a second, one connection", burst(clients[side.folder]))


def sides_by_name(sides: Sequence[Side]) -> list[Path]:
    """Return what tells the sides apart."""
    return [side.folder for side in sides]


def table(sides: Sequence[Side]) -> Table:
    """Return the medians of both, and what the new one is of the old one."""
    found = Table(title="Medians; ratio is new / old")
    for column in ("measured", *BOTH, "ratio"):
        found.add_column(column, justify="left" if column == "measured" else "right")
    old, new = sides
    for name, figures in old.figures.items():
        before, after = statistics.median(figures), statistics.median(new.figures[name])
        found.add_row(name, f"{before:,.2f}", f"{after:,.2f}", f"{after / before:.2f}")
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path, help="folder of the checkout from before")
    parser.add_argument("new", type=Path, help="folder of the checkout from now")
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args(arguments)
    began = time.perf_counter()

    def say(text: str) -> None:
        print(f"[{time.perf_counter() - began:5.0f} s] {text}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="profilegraph-benchmark-") as temporary:
        sides = []
        for name in BOTH:
            home = Path(temporary) / name
            home.mkdir()
            sides.append(Side(getattr(options, name).resolve(), home))
        try:
            compare(sides, options.turns, say)
        finally:
            for side in sides:
                side.run("db", "stop")
    Console().print(table(sides))


if __name__ == "__main__":
    main()
