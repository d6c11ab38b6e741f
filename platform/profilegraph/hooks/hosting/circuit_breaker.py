"""What fails while the platform runs: contained, named, counted, and set aside where it repeats."""

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
from profilegraph.hooks.hosting.containment import InOwnLoop, TimeLimit, within, within_async

T = TypeVar("T")
MOST_FAILURES = 3
"""Failures in a row after which something is set aside."""
REST_SECONDS = 300.0
"""How long it is set aside before it is tried once more."""
MOST_RECEIVERS = 1_000
"""Receivers whose failures are remembered; of more, the first are forgotten."""
_LONGEST_REASON = 500
_log = structlog.get_logger(__name__)


class PluginPart(NamedTuple):
    """A part of a plugin: a hook that it implements, or something that it brings."""

    plugin: str
    name: str

    def __str__(self) -> str:
        return f"{self.plugin} ({self.name})"


@dataclass(frozen=True)
class FailureRecord:
    """That a part of a plugin has failed since the process began: how often, and why at last."""

    part: PluginPart
    failures: int
    in_a_row: int
    reason: str
    rests_until: float | None = None
    """Until when it is set aside, by the guard's clock; None where it is not."""
    stuck: Future[Any] | None = None
    """The call that has not ended, where it did not end in time."""
    receiver: str = ""
    """For whom alone the part failed, where it works for many; empty for all."""


class CircuitBreaker:
    """Calls the plugins' code, and remembers what failed: one entry a part and receiver.

    Where a part works for many receivers, each fails, and is set aside, by itself.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._troubles: dict[tuple[PluginPart, str], FailureRecord] = {}
        self._failures: Counter[PluginPart] = Counter()

    @property
    def troubles(self) -> tuple[FailureRecord, ...]:
        """Return what has failed, by plugin, part and receiver."""
        with self._lock:
            return tuple(self._troubles[key] for key in sorted(self._troubles))

    @property
    def failures(self) -> dict[PluginPart, int]:
        """Return how often each part has failed since the process began."""
        with self._lock:
            return dict(sorted(self._failures.items()))

    def set_aside(self, part: PluginPart, receiver: str = "") -> bool:
        """Return whether a part is not to be called now, or not for a receiver."""
        with self._lock:
            known = self._troubles.get((part, receiver))
        if known is None or known.rests_until is None:
            return False
        hangs = known.stuck is not None and not known.stuck.done()
        return hangs or self._clock() < known.rests_until

    def call(self, part: PluginPart, seconds: float, call: Callable[[], T]) -> T:
        """Return what `call` returns within so many seconds; raises PluginError that names it.

        An InvalidInput that it raises is meant for whoever asked, and raised as it is.
        """
        self.require(part)
        try:
            result = within(seconds, call, str(part))
        except InvalidInput:
            raise
        except Exception as error:
            raise self.failed(part, error) from error
        self.succeeded(part)
        return result

    async def call_async(
        self, part: PluginPart, seconds: float, call: Callable[[], Coroutine[Any, Any, T]]
    ) -> T:
        """Return what `call` returns when awaited; otherwise like `call`, and others go on."""
        return await self.call_beside(part, seconds, InOwnLoop(call, seconds))

    async def call_beside(self, part: PluginPart, seconds: float, call: Callable[[], T]) -> T:
        """Return what `call` returns; like `call`, while others go on. Raises PluginError."""
        self.require(part)
        try:
            result = await within_async(seconds, call, str(part))
        except InvalidInput:
            raise
        except Exception as error:
            raise self.failed(part, error) from error
        self.succeeded(part)
        return result

    def failed(self, part: PluginPart, error: Exception, receiver: str = "") -> PluginError:
        """Return the error that tells of a part's failure, which is taken note of and logged."""
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
        """Return nothing where a part may be called; raises PluginError where it is set aside."""
        if self.set_aside(part, receiver):
            whom = " for this receiver" if receiver else ""
            raise PluginError(
                f"the plugin {part.plugin!r} is set aside{whom} ({part.name}): it failed again and"
                " again.",
                hint="It is tried again some minutes later; `/ready` names what is set aside.",
            )

    def succeeded(self, part: PluginPart, receiver: str = "") -> None:
        """Take note that a part works (again), or works for a receiver."""
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
    """Calls the plugins' code as it is, where the whole process can be ended; it can be passed on."""

    def call(self, part: PluginPart, seconds: float, call: Callable[[], T]) -> T:  # noqa: ARG002
        """Return what `call` returns; raises PluginError that names the part."""
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
