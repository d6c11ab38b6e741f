"""What is held against attacks and failures: `make security-report` writes docs/security.md.

Parts can be run by themselves, such as `python -m benchmarks.security --only floods --seconds 5`; what
docs/security.json has of the others stays on the page.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import psutil

from benchmarks import attacks, floods, load, outages
from benchmarks.hub import SUBSIDIARIES, served
from benchmarks.measuring import FAULTS
from benchmarks.report import number
from benchmarks.targets import FLOODS, KILLED, LOAD, NEIGHBOURS, OUTAGES, ROOT, TARGETS, Target

PAGE = ROOT / "docs" / "security.md"
SMALL_HUB, LARGE_HUB = 300, 50_000
TEST_SECONDS = 900
NOT_YET = "Not measured yet."
_TEMPLATE = """# Security: targets and figures

What is held against attacks and failures, with what was measured. `make security-report` measures all of it and
writes this page; `python -m benchmarks.security --only floods --seconds 5` measures a part. What is bold misses
its target. How to report a weakness is in [SECURITY.md](../SECURITY.md).

| threat | target | measured | held by |
| --- | --- | --- | --- |
{rows}

{machines}

## Floods

A graph of one customer with thousands of subsidiaries is served with default [limits](limits.md). {connections}
connections of one key, another for each flood, send one kind of request again and again; their threads have a lower
priority than the server's. Meanwhile another key asks a plain count 25 times a second, and /health is asked 50 times
a second. How long these took is counted from the moment at which each was due; "quiet" is the 99th percentile between
the floods. "One" is the processor time of one request that is sent alone, a median, which a busy machine does not
distort; the part on the event loop is the sum of all pieces, between which others are answered. "Price" is what it
cost in points; "worked on" is how long the server or its database went on after the attacker had left.

{floods}

## Load

{clients} clients at once on the 23,570 customers of the demonstration, each with a request under way at any time:
35 % counts, 25 % pages of 50 with tags, 35 % single customers with tags and 20 events, 5 % changes of a name. Half
of the clients see some customers alone: by the rows of their keys, and on the side of @neo4j/graphql, which
has no such keys, by one more condition in each question. Both sides answer in turns, on the same database; their
counts are compared first. `python -m benchmarks.load` measures this alone.

{load}
"""

PARTS = ("instant", "floods", "load", "outages", "tests")

Say = Callable[[str], None]


class Report:
    """The page, what is known of each part of it, and how the parts are made."""

    def __init__(self, page: Path, seconds: float, load_seconds: float, say: Say) -> None:
        self._page = page
        self._seconds = seconds
        self._load_seconds = load_seconds
        self._say = say
        self._file = page.with_suffix(".json")
        self._known: dict[str, dict[str, Any]] = {
            "measured": {},
            "tests": {},
            "made": {},
            "text": {},
        }
        with suppress(FileNotFoundError):
            self._known |= json.loads(self._file.read_text("utf-8"))

    def run(self, part: str) -> None:
        """Measure one part, and write the page with what it found."""
        work: dict[str, Callable[[], None]] = {
            "floods": self._floods,
            "load": self._load,
            "outages": self._outages,
            "instant": self._instant,
            "tests": self._tests,
        }
        work[part]()
        self._known["made"][part] = machine(datetime.now(UTC))
        text = json.dumps(self._known, indent=1, ensure_ascii=False, sort_keys=True)
        self._file.write_text(f"{text}\n", "utf-8")
        self._page.write_text(self.rendered(), "utf-8")

    def rendered(self) -> str:
        """Return the page."""
        made = self._known["made"]
        return _TEMPLATE.format(
            rows="\n".join(self._row(one) for one in TARGETS),
            machines="\n".join(f"- {part}: {made[part]}" for part in sorted(made)),
            connections=floods.CONNECTIONS,
            floods=self._known["text"].get("floods", NOT_YET),
            clients=load.CLIENTS,
            load=self._known["text"].get("load", NOT_YET),
        )

    def _row(self, target: Target) -> str:
        measured = self._known["measured"].get(target.threat, "")
        tests = (f"`{one}`: {self._known['tests'].get(one, '**not run**')}" for one in target.tests)
        cells = (target.threat, target.goal, _joined(measured, target.note), _joined(*tests))
        return f"| {' | '.join(cells)} |"

    def _floods(self) -> None:
        with served() as server:
            small = floods.run(server, list(attacks.floods()), SUBSIDIARIES, self._seconds)
        self._say(f"floods on a hub of {SUBSIDIARIES:,} are over")
        large = floods.measured(LARGE_HUB, self._seconds, large=True)
        self._known["measured"] |= {
            FLOODS: _of_loop(small, large),
            NEIGHBOURS: _of_neighbours(small, large),
        }
        self._known["text"]["floods"] = "\n\n".join(floods.rendered(one) for one in (small, large))

    def _load(self) -> None:
        found, wrong = load.measured(self._load_seconds)
        self._known["measured"][LOAD] = load.told(found, wrong)
        self._known["text"]["load"] = load.rendered(found)

    def _outages(self) -> None:
        self._known["measured"] |= dict(zip((OUTAGES, KILLED), outages.told(), strict=True))

    def _instant(self) -> None:
        with served(SMALL_HUB) as server:
            found = {one.threat: one.measured(server) for one in TARGETS if one.measured}
        self._known["measured"] |= found

    def _tests(self) -> None:
        self._known["tests"] = _tested([test for one in TARGETS for test in one.tests])


def machine(now: datetime) -> str:
    """Return what was measured on, and what else it had to do."""
    memory = psutil.virtual_memory().total / 1024**3
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {psutil.cpu_count()} cores, {memory:.0f} GB,"
        f" {platform.system()} {platform.machine()}, Python {platform.python_version()};"
        f" load averages of 1, 5 and 15 minutes {load} (this run alone makes about 2)"
    )


def _of_loop(*results: floods.Result) -> str:
    """Return in how many floods the event loop was held, and which was the worst."""
    every = [one for result in results for one in result.floods]
    late = [one for one in every if one.health > floods.HEALTH_SECONDS]
    singles = [(one.alone.health, one.name) for one in every if one.alone]
    singles += [(one.health, name) for result in results for name, one in result.once.items()]
    alone, name = max(singles)
    worst = max(every, key=lambda one: one.health)
    return (
        f"/health > 100 ms in {len(late)} of {len(every)} floods, at most"
        f" {number(worst.health * 1000)} ms ({worst.name}); beside a single request at most"
        f" {number(alone * 1000)} ms ({name}): [floods](#floods)"
    )


def _of_neighbours(*results: floods.Result) -> str:
    pairs = [(one.p99 / result.quiet_p99, one) for result in results for one in result.floods]
    late = [one for ratio, one in pairs if ratio > floods.TIMES_QUIET]
    worst, flood = max(pairs, key=lambda pair: pair[0])
    failed = sum(len(one.failures) for _, one in pairs)
    return (
        f"p99 > 3 × quiet in {len(late)} of {len(pairs)} floods, at most {number(worst)} ×"
        f" ({flood.name}); {failed} failed answers: [floods](#floods)"
    )


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _tested(tests: Sequence[str]) -> dict[str, str]:
    """Return what each file of tests, or single test, came to, all run in one session."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider"]
        subprocess.run(
            [*command, f"--junitxml={report}", *tests],
            cwd=ROOT,
            check=False,
            timeout=TEST_SECONDS,
            stdout=sys.stderr,
        )
        cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    return {test: outcome(test, cases) for test in tests}


def outcome(test: str, cases: Sequence[ElementTree.Element]) -> str:
    """Return in words what became of the cases of a file of tests, or of a single one."""
    file, _, name = test.partition("::")
    module = file.removesuffix(".py").replace("/", ".")
    mine = [
        case
        for case in cases
        if case.get("classname") == module
        and (not name or str(case.get("name")).partition("[")[0] == name)
    ]
    kinds = Counter(_kind(case) for case in mine)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return told if set(kinds) == {"passed"} else f"**{told or 'not found'}**"


def _kind(case: ElementTree.Element) -> str:
    tags = {child.tag for child in case}
    for tag, kind in (("failure", "failed"), ("error", "failed"), ("skipped", "skipped")):
        if tag in tags:
            return kind
    return "passed"


def main() -> int:
    """Measure, and write what was found into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="parts; by default all")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each flood")
    parser.add_argument("--load-seconds", type=float, default=60.0, help="of each side under load")
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args()
    # What was started ends with the run, also where that is ended from outside.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    began = time.perf_counter()

    def say(text: str) -> None:
        print(f"[{time.perf_counter() - began:5.0f} s] {text}", file=sys.stderr, flush=True)

    report = Report(options.page, options.seconds, options.load_seconds, say)
    failed = []
    for part in options.only or PARTS:
        try:
            report.run(part)
        except (*FAULTS, subprocess.SubprocessError) as fault:
            failed.append(part)
            say(f"{part}: FAILED, the page has what was found before: {fault}")
        else:
            say(f"{part}: written")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
