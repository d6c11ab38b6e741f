"""What becomes of everybody else while one key floods the server.

`python -m benchmarks.floods` serves a graph with a hub of 3,000 subsidiaries, or of as many as `--hub`
says. Eight connections of one key send what attacks.py has, flood after flood, while another key asks a
plain count at a steady pace, and somebody asks /health.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

import psutil

from benchmarks.attackers import Attacker
from benchmarks.attacks import Flood, floods
from benchmarks.hub import SUBSIDIARIES, Served, served
from benchmarks.neighbour import Neighbour, neighbour, percentile
from benchmarks.report import number, table

CONNECTIONS = 8
QUIET_SECONDS = 1.5
CALM_SECONDS = 20.0
ALONE_TIMES = 3
CALM = 0.06
"""Share of a core below which a process does nothing of note, also on a busy machine."""
TIMES_QUIET = 3.0
"""What the neighbour's 99th percentile may be, in terms of the quiet one."""
HEALTH_SECONDS = 0.1
ALONE_HEAD = ("one: ms", "of it on the loop", "price", "/health beside it, ms")


@dataclass(frozen=True)
class Alone:
    """What one request of a flood takes, sent alone: medians, which a busy machine does not distort."""

    processor: float
    """Seconds, of all threads of the server."""
    loop: float
    """Seconds of these on the event loop, which answers everybody, all pieces together."""
    health: float
    """The longest /health meanwhile: how long one piece holds the loop, on a machine that is idle."""
    price: float | None
    """Points that it cost, of which each is about a millisecond."""
    outcome: str


@dataclass(frozen=True)
class Flooded:
    """What was measured during one flood; times in seconds."""

    name: str
    outcomes: dict[str, int]
    """How often each code, or status, answered the flood."""
    slowest: float
    """The slowest answer that the attacker got."""
    median: float
    p99: float
    health: float
    """The longest /health."""
    failures: list[str]
    """What the neighbour got instead of its answers."""
    server: float
    """Cores that the server took."""
    database: float
    after: float
    """Seconds that the server or the database worked on after the attacker had gone."""
    alone: Alone | None = None


@dataclass(frozen=True)
class Result:
    """All floods on one graph, and the quiet before and between them."""

    hub: int
    quiet_median: float
    quiet_p99: float
    quiet_health: float
    floods: list[Flooded]
    once: dict[str, Alone]
    """What was only measured alone."""

    def harmed(self) -> list[Flooded]:
        """Return the floods that others feel more than they should, the worst first."""
        found = [
            one
            for one in self.floods
            if one.p99 > TIMES_QUIET * self.quiet_p99 or one.health > HEALTH_SECONDS or one.failures
        ]
        return sorted(found, key=lambda one: -one.p99)


def run(server: Served, chosen: Sequence[Flood], hub: int, seconds: float) -> Result:
    """Return what became of the neighbour during each flood."""
    quiet_counts: list[float] = []
    quiet_healths: list[float] = []
    found: list[Flooded] = []
    once: dict[str, Alone] = {}
    with neighbour(server.port, server.neighbour) as watched:
        for flood, keys in zip(chosen, pairs(server.attackers), strict=False):
            alone = _alone(server, watched, flood, keys[0]) if flood.alone else None
            if flood.once and alone is not None:
                once[flood.name] = alone
                continue
            watched.begin()
            time.sleep(QUIET_SECONDS)
            quiet = watched.end()
            quiet_counts += quiet.counts
            quiet_healths += quiet.healths
            found.append(replace(_flooded(server, watched, flood, keys[1], seconds), alone=alone))
            print(found[-1], file=sys.stderr, flush=True)
    return Result(
        hub,
        percentile(quiet_counts, 0.5),
        percentile(quiet_counts, 0.99),
        percentile(quiet_healths, 0.99),
        found,
        once,
    )


def _alone(server: Served, watched: Neighbour, flood: Flood, key: str) -> Alone:
    """Return what one request takes; the first, which fills what is remembered, does not count."""
    attacker = Attacker(server.port, key, CONNECTIONS)
    found: list[tuple[float, float]] = []
    for _ in range(ALONE_TIMES + 1):
        before = processor(server.pid)
        flood.act(attacker)
        after = processor(server.pid)
        found.append((after[0] - before[0], after[1] - before[1]))
    watched.begin()
    for _ in range(ALONE_TIMES):
        flood.act(attacker)
    health = max(watched.end().healths, default=0.0)
    attacker.end()
    outcome, _ = attacker.answers[-1]
    spent, loop = (median(times) for times in zip(*found[1:], strict=True))
    return Alone(spent, loop, health, attacker.price, outcome)


def pairs(keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of keys."""
    return zip(keys[::2], keys[1::2], strict=False)


def processor(pid: int) -> tuple[float, float]:
    """Return the processor time of a process and that of its main thread, in seconds."""
    spent = {
        path.parent.name: int(path.read_text().split()[0]) / 1e9
        for path in Path(f"/proc/{pid}/task").glob("*/schedstat")
    }
    return sum(spent.values()), spent[str(pid)]


def _flooded(server: Served, watched: Neighbour, flood: Flood, key: str, seconds: float) -> Flooded:
    processes = server.pid, server.database_pid
    before = [_spent(one) for one in processes]
    began = time.perf_counter()
    watched.begin()
    attackers = _attack(server, flood, key, seconds)
    met = watched.end()
    taken = time.perf_counter() - began
    ours, theirs = ((_spent(one) - old) / taken for one, old in zip(processes, before, strict=True))
    answers = [one for attacker in attackers for one in attacker.answers]
    return Flooded(
        flood.name,
        dict(Counter(code for code, _ in answers).most_common()),
        max((seconds for _, seconds in answers), default=0.0),
        percentile(met.counts, 0.5),
        percentile(met.counts, 0.99),
        max(met.healths, default=0.0),
        met.failures,
        ours,
        theirs,
        _worked_on(processes),
    )


def _attack(server: Served, flood: Flood, key: str, seconds: float) -> list[Attacker]:
    """Return the connections of a flood after it; answers that are under way are waited for."""
    attackers = [Attacker(server.port, key, n) for n in range(CONNECTIONS)]
    end = time.perf_counter() + seconds

    def attack(attacker: Attacker) -> None:
        # Of this thread alone: the server is measured, not how the system shares its cores.
        os.setpriority(os.PRIO_PROCESS, 0, 10)
        while time.perf_counter() < end:
            try:
                flood.act(attacker)
            except OSError as fault:
                attacker.answers.append((type(fault).__name__, 0.0))

    threads = [threading.Thread(target=attack, args=(one,)) for one in attackers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in attackers:
        one.end()
    return attackers


def _spent(pid: int) -> float:
    # Also of threads that have ended, of which /proc/…/task knows nothing any more.
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _worked_on(processes: Sequence[int]) -> float:
    """Return how long the processes went on working, up to `CALM_SECONDS`."""
    began = time.perf_counter()
    pause = 0.5
    while (passed := time.perf_counter() - began) < CALM_SECONDS:
        before = [_spent(one) for one in processes]
        time.sleep(pause)
        spent = (_spent(one) - old for one, old in zip(processes, before, strict=True))
        if all(one < CALM * pause for one in spent):
            break
    return passed


def rendered(result: Result) -> str:
    """Return the floods as a table, and the requests that were only measured alone as another."""
    head = (
        f"flood, hub of {result.hub:,}",
        *ALONE_HEAD,
        "count p50, ms",
        "p99, ms",
        "÷ quiet",
        "/health at most, ms",
        "cores: server",
        "Neo4j",
        "worked on, s",
        "answers to the flood",
    )
    still = (result.quiet_median, result.quiet_p99, result.quiet_health)
    median_, p99, health = (number(one * 1000) for one in still)
    quiet = ["*nothing*", *_of(None), median_, p99, "1", health, "", "", "", ""]
    rows = table(head, [quiet, *(_row(one, result.quiet_p99) for one in result.floods)])
    if not result.once:
        return rows
    alone = [[name, *_of(one), one.outcome] for name, one in result.once.items()]
    return f"{rows}\n\n{table(('measured alone', *ALONE_HEAD, 'answer'), alone)}"


def _of(alone: Alone | None) -> list[str]:
    if alone is None:
        return [""] * len(ALONE_HEAD)
    health = _beyond(alone.health * 1000, HEALTH_SECONDS * 1000)
    milliseconds = (number(one * 1000) for one in (alone.processor, alone.loop))
    return [*milliseconds, number(alone.price), health]


def _row(one: Flooded, quiet: float) -> list[str]:
    codes = ", ".join(
        f"{count:,} {code if code.islower() else f'`{code}`'}"
        for code, count in one.outcomes.items()
    )
    failed = f"; **{len(one.failures)} failures of the neighbour**" if one.failures else ""
    slowest = f"; slowest {one.slowest:.1f} s" if one.slowest >= 1 else ""
    return [
        one.name,
        *_of(one.alone),
        number(one.median * 1000),
        number(one.p99 * 1000),
        _beyond(one.p99 / quiet, TIMES_QUIET),
        _beyond(one.health * 1000, HEALTH_SECONDS * 1000),
        f"{one.server:.2f}",
        f"{one.database:.2f}",
        f"{one.after:.1f}",
        f"{codes}{slowest}{failed}",
    ]


def _beyond(value: float, limit: float) -> str:
    return f"**{number(value)}**" if value > limit else number(value)


def measured(hub: int, seconds: float, only: str = "", *, large: bool = False) -> Result:
    """Return what the floods did whose name has `only` in it; with `large`, of those on large hubs."""
    chosen = [one for one in floods() if only in one.name and (one.large or not large)]
    with served(hub) as server:
        return run(server, chosen, hub, seconds)


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hub", type=int, default=SUBSIDIARIES)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each flood")
    parser.add_argument("--only", default="", help="floods with this in their names")
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args()
    result = measured(options.hub, options.seconds, options.only, large=options.hub >= 10_000)
    print(rendered(result))
    if options.json:
        options.json.write_text(json.dumps(asdict(result), indent=1), encoding="utf-8")
    return 1 if result.harmed() else 0


if __name__ == "__main__":
    sys.exit(main())
