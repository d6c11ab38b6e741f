"""Lets a computation be ended early: engines ask between their steps whether to go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


def _go_on() -> None:
    """Let everything be computed to its end."""


_CHECK: ContextVar[Callable[[], None]] = ContextVar("check", default=_go_on)


def check() -> None:
    """Raise what ends the computation of this thread, if anything does."""
    _CHECK.get()()


@contextmanager
def interruptible(by: Callable[[], None]) -> Iterator[None]:
    """Have `by` called between the steps of what is computed meanwhile; what it raises ends that."""
    token = _CHECK.set(by)
    try:
        yield
    finally:
        _CHECK.reset(token)
