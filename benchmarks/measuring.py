"""All sides asked in turns, every answer checked."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TypeAlias

import psutil
from neo4j.exceptions import DriverError, Neo4jError
from websockets.exceptions import WebSocketException

from benchmarks.peers import Side, SideUnavailable
from benchmarks.questions import Answer, Ask, Question
from profilegraph.errors import ProfilegraphError

TURN_SECONDS = 0.05
"""A fast side is asked several times in a turn, so that its median rests on as much time."""
TURN_TIMES = 10
FAULTS = (
    RuntimeError,
    ValueError,
    OSError,
    HTTPException,
    DriverError,
    Neo4jError,
    ProfilegraphError,
    SideUnavailable,
    WebSocketException,
    psutil.Error,
)
"""What can go wrong with a side: it is then left out, and the run goes on."""

Say = Callable[[str], None]
Key: TypeAlias = tuple[str, Question]
Turn: TypeAlias = tuple[Key, Ask]


@dataclass
class Results:
    """What was measured of each side and question."""

    times: dict[Key, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Milliseconds by side and question."""
    disagreements: list[str] = field(default_factory=list)

    def median(self, side: str, question: Question) -> float | None:
        """Return the median in milliseconds; None where the side did not answer."""
        found = self.times.get((side, question))
        return statistics.median(found) if found else None


def measure(
    sides: Sequence[Side],
    questions: Mapping[Question, Answer],
    rounds: int,
    say: Say,
) -> Results:
    """Return the times of all sides; `questions` come with their right answers.

    The first turn of each side, with cold caches, is checked and not counted. What a side gets
    wrong is a disagreement, and its time is not counted either.
    """
    results = Results()
    asks = {(side.name, one): ask for side in sides for one in questions if (ask := side.ask(one))}
    for number in range(rounds + 1):
        began = time.perf_counter()
        for (side, question), ask in _turns(asks, number):
            try:
                found = _turn(ask, questions[question])
            except Disagreement as fault:
                results.disagreements.append(f"{side}, {question.kind} {question.name}: {fault}")
            except FAULTS as fault:
                say(f"{side} FAILED at {question.kind} {question.name}: {fault}")
            else:
                if number:
                    results.times[side, question] += found
                continue
            del asks[side, question]
            results.times.pop((side, question), None)
        say(f"round {number} of {rounds}: {time.perf_counter() - began:.0f} s")
    return results


class Disagreement(Exception):
    """That a side's answer is not the right one."""


def _turns(asks: Mapping[Key, Ask], number: int) -> list[Turn]:
    # Question by question, so that sides are compared under the same load of the machine; the order
    # of the sides turns, so that none always comes after the one that heats the machine.
    groups: dict[Question, list[Turn]] = defaultdict(list)
    for key, ask in asks.items():
        groups[key[1]].append((key, ask))
    return [one for group in groups.values() for one in _rotated(group, number)]


def _rotated(group: list[Turn], number: int) -> list[Turn]:
    start = number % len(group)
    return group[start:] + group[:start]


def _turn(ask: Ask, right: Answer) -> list[float]:
    times: list[float] = []
    while len(times) < TURN_TIMES and sum(times) < TURN_SECONDS * 1_000:
        began = time.perf_counter()
        answer = ask()
        times.append((time.perf_counter() - began) * 1_000)
        if answer != right:
            raise Disagreement(f"{_short(answer)} instead of {_short(right)}")
    return times


def _short(answer: Answer) -> str:
    text = str(answer)
    return text if len(text) < 200 else f"{text[:200]}…"
