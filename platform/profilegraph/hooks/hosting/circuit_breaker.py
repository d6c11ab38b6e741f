"""Contains, counts and reports failures of plugins, and sets a part aside after repeated ones."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

import structlog

from profilegraph.errors import InvalidInput, PluginError
from profilegraph.hooks.hosting.containment import (
    InOwnLoop,
    TimeLimit,
    run_within,
    run_within_async,
)

T = TypeVar("T")
MOST_FAILURES = 3
"""Failures in a row after which something is set aside."""
REST_SECONDS = 300.0
"""Seconds for which a part is set aside before it is tried again."""
MOST_RECEIVERS = 1_000
"""Most receivers whose failures are recorded; beyond, the oldest are dropped."""
_LONGEST_REASON = 500
_log = structlog.get_logger(__name__)


class PluginPart(NamedTuple):
    """A part of a plugin: a hook that it implements, or something that it provides."""

    plugin: str
    name: str

    def __str__(self) -> str:
        return f"{self.plugin} ({self.name})"


@dataclass(frozen=True)
class FailureRecord:
    """The failures of a part of a plugin since the process started: their number, and the last reason."""

    part: PluginPart
    failures: int
    in_a_row: int
    reason: str
    rests_until: float | None = None
    """Until when it is set aside, by the guard's clock; None if it is not."""
    stuck: Future[Any] | None = None
    """The call that exceeded its time limit and still runs, if any."""
    receiver: str = ""
    """The receiver for which the part failed, if it serves several; empty for all."""


class CircuitBreaker:
    """Calls plugins' code and records failures, one entry per part and receiver.

    If a part serves several receivers, each fails and is set aside separately.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._troubles: dict[tuple[PluginPart, str], FailureRecord] = {}
        self._failures: Counter[PluginPart] = Counter()

    @property
    def troubles(self) -> tuple[FailureRecord, ...]:
        """Return the failures, by plugin, part and receiver."""
        with self._lock:
            return tuple(self._troubles[key] for key in sorted(self._troubles))

    @property
    def failures(self) -> dict[PluginPart, int]:
        """Return the number of failures of each part since the process started."""
        with self._lock:
            return dict(sorted(self._failures.items()))

    def set_aside(self, part: PluginPart, receiver: str = "") -> bool:
        """Return whether a part is set aside, in total or for a receiver."""
        with self._lock:
            known = self._troubles.get((part, receiver))
        if known is None or known.rests_until is None:
            return False
        hangs = known.stuck is not None and not known.stuck.done()
        return hangs or self._clock() < known.rests_until

    def call(self, part: PluginPart, seconds: float, call: Callable[[], T]) -> T:
        """Return what `call` returns within so many seconds; raises PluginError, which names the part.

        An InvalidInput that it raises is meant for the requester and raised unchanged.
        """
        self.require(part)
        try:
            result = run_within(seconds, call, str(part))
        except InvalidInput:
            raise
        except Exception as error:
            raise self.failed(part, error) from error
        self.succeeded(part)
        return result

    async def call_async(
        self, part: PluginPart, seconds: float, call: Callable[[], Coroutine[Any, Any, T]]
    ) -> T:
        """Return what the awaited `call` returns, like `call` but without blocking the event loop."""
        return await self.call_beside(part, seconds, InOwnLoop(call, seconds))

    async def call_beside(self, part: PluginPart, seconds: float, call: Callable[[], T]) -> T:
        """Return what `call` returns, without blocking the event loop; raises PluginError."""
        self.require(part)
        try:
            result = await run_within_async(seconds, call, str(part))
        except InvalidInput:
            raise
        except Exception as error:
            raise self.failed(part, error) from error
        self.succeeded(part)
        return result

    def failed(self, part: PluginPart, error: Exception, receiver: str = "") -> PluginError:
        """Record and log a failure of a part, and return its error."""
        reason = _reason(error)
        stuck = error.future if isinstance(error, TimeLimit) else None
        with self._lock:
            before = self._troubles.pop((part, receiver), None) or FailureRecord(part, 0, 0, "")
            in_a_row = before.in_a_row + 1
            rests = stuck is not None or in_a_row >= MOST_FAILURES
            until = self._clock() + REST_SECONDS if rests else None
            self._troubles[part, receiver] = FailureRecord(
                part, before.failures + 1, in_a_row, reason, until, stuck, receiver
            )
            self._failures[part] += 1
            self._forget_receivers()
        _log.warning(
            "plugin_failed",
            plugin=part.plugin,
            part=part.name,
            set_aside=rests,
            exc_info=error,
        )
        return PluginError(
            f"the plugin {part.plugin!r} failed ({part.name}): {reason}",
            hint="`profilegraph doctor` shows what fails; report it to the plugin's author.",
        )

    def require(self, part: PluginPart, receiver: str = "") -> None:
        """Raise PluginError if a part is set aside."""
        if self.set_aside(part, receiver):
            whom = " for this receiver" if receiver else ""
            raise PluginError(
                f"the plugin {part.plugin!r} is set aside{whom} ({part.name}): it failed again and"
                " again.",
                hint="It is tried again some minutes later; `/ready` names what is set aside.",
            )

    def succeeded(self, part: PluginPart, receiver: str = "") -> None:
        """Record that a part works (again), in total or for a receiver."""
        with self._lock:
            known = self._troubles.get((part, receiver))
            if known is not None:
                self._troubles[part, receiver] = replace(
                    known, in_a_row=0, rests_until=None, stuck=None
                )

    def _forget_receivers(self) -> None:
        receivers = [key for key in self._troubles if key[1]]
        for key in receivers[:-MOST_RECEIVERS]:
            del self._troubles[key]


class DirectCalls(CircuitBreaker):
    """Calls plugins' code without a time limit, in a process that can be terminated; it can be pickled."""

    def call(self, part: PluginPart, seconds: float, call: Callable[[], T]) -> T:  # noqa: ARG002
        """Return what `call` returns; raises PluginError, which names the part."""
        try:
            return call()
        except InvalidInput:
            raise
        except Exception as error:
            raise self.failed(part, error) from error

    def __reduce__(self) -> tuple[type[DirectCalls], tuple[()]]:
        return DirectCalls, ()


def _reason(error: Exception) -> str:
    text = str(error) if isinstance(error, PluginError) else f"{type(error).__name__}: {error}"
    return text[:_LONGEST_REASON]
