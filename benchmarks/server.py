"""A Neo4j of the benchmarks' own, so that nobody's data is measured or deleted."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from profilegraph.config import Settings, load_settings
from profilegraph.embedded.server import RunningServer, start, stop


@contextmanager
def temporary_server(**overrides: Any) -> Iterator[tuple[Settings, RunningServer]]:
    """Yield settings that lead to a new embedded Neo4j, and the server; both are gone afterwards.

    Settings can be overridden by name.
    """
    with tempfile.TemporaryDirectory(prefix="profilegraph-benchmark-") as folder:
        settings = load_settings(home=Path(folder), neo4j_uri=None, bolt_port=None, **overrides)
        running = start(settings)
        try:
            yield settings, running
        finally:
            stop(settings)
