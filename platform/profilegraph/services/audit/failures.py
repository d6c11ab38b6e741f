"""Records who was not let in, from time to time: strangers must not write to the graph with each try."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from profilegraph.domain.audit import AuditActor, AuditEntry, AuditKind, AuditTargets
from profilegraph.errors import ProfilegraphError, Unauthenticated
from profilegraph.services.audit.recording import append
from profilegraph.services.platform import Platform

NOBODY_KNOWN = "unknown"
"""The name of whoever was not let in."""
MOST_COUNTED = 100
"""Most keys and sessions that are counted by themselves."""


class FailedAuthentications:
    """Counts failures by method, and by key or session if it is one that has ended."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._metric = platform.cache.metrics.authentication_failures
        self._counts: Counter[tuple[str, str | None]] = Counter()

    def note(self, method: str, error: Unauthenticated) -> None:
        """Count a failure."""
        self._metric.labels(method).inc()
        known = (method, error.principal)
        full = len(self._counts) >= MOST_COUNTED and known not in self._counts
        self._counts[(method, None) if full else known] += 1

    async def record(self, now: datetime) -> None:
        """Record what failed since the last record; what cannot be recorded is left for the next."""
        counts, self._counts = self._counts, Counter()
        if not counts:
            return
        entries = [
            AuditEntry.of(
                AuditKind.SIGN_IN,
                "authenticate",
                AuditActor(NOBODY_KNOWN, principal),
                now,
                AuditTargets(others=(f"method:{method}", f"failures:{count}")),
                Unauthenticated.code,
            )
            for (method, principal), count in counts.items()
        ]
        try:
            await append(self._platform, *entries)
        except ProfilegraphError:
            self._counts.update(counts)
            raise
