"""The fixtures, loaded by pytest on its own; what they need is imported when they are used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from profilegraph.hooks.hosting.host import Host
    from profilegraph_testing.graph import Graph

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def profilegraph_now() -> datetime:
    """Return the moment that tests take for the present: 2026-03-01 12:00 UTC."""
    return NOW


@pytest.fixture(scope="session")
def profilegraph_host() -> Host:
    """Return the host of all plugins that are installed; its `faults` say which of them do not work."""
    from profilegraph.hooks.hosting.host import load_host

    return load_host()


@pytest.fixture(scope="session")
def _profilegraph_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """Yield a graph in the Neo4j at PROFILEGRAPH_TEST_NEO4J_URI, or else in an embedded one."""
    from profilegraph_testing.graph import opened

    with opened(tmp_path_factory.mktemp("profilegraph"), NOW) as graph:
        yield graph


@pytest.fixture
def profilegraph_graph(_profilegraph_server: Graph) -> Graph:
    """Return a small graph, the same before each test: see `profilegraph_testing.small`."""
    _profilegraph_server.begin_anew()
    return _profilegraph_server
