"""The demonstration as a newcomer runs it: a command, its output, and nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from profilegraph.domain.records.customers import Customer
from profilegraph.embedded.server import RunningServer
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Database
from tests.conftest import NOW

SEGMENTS = {
    "important_value": 8_849,
    "important_develop": 214,
    "important_keep": 774,
    "important_win_back": 1_948,
    "general_value": 1_548,
    "general_develop": 1_007,
    "general_keep": 491,
    "general_win_back": 8_739,
}


@pytest.fixture
def environment(server: RunningServer, tmp_path: Path) -> dict[str, str]:
    """An environment that leads to the test's own database, and to no one's home."""
    return {
        **os.environ,
        "NEO4J_URI": server.uri,
        "NEO4J_USER": server.user,
        "NEO4J_PASSWORD": server.password,
        "PROFILEGRAPH_HOME": str(tmp_path / "home"),
        "LANG": "en_US.UTF-8",
    }


def run_demo(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "profilegraph"), "demo", "--once"]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


async def test_the_demonstration_tells_the_true_figures_and_may_be_run_again(
    database: Database, environment: dict[str, str]
) -> None:
    first = run_demo(environment)
    assert first.returncode == 0, first.stderr
    assert "23,570 customers, 69,659 purchases, 2,500,315.63 dollars" in first.stdout
    sizes = dict(re.findall(r"([\d,]+)  rfm/(\w+)", first.stdout))
    assert {name: int(size.replace(",", "")) for size, name in sizes.items()} == SEGMENTS
    assert sum(SEGMENTS.values()) == 23_570
    for answer in ("1,238 of 23,570", "216 of 23,570", "332 of 23,570"):
        assert answer in first.stdout
    again = run_demo(environment)
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("imported before") == 2
    assert again.stdout.count(": 0 customers changed") == 2
    good = await database.read("MATCH (k:ApiKey) WHERE k.revokedAt IS NULL RETURN k.name AS name")
    assert good == [{"name": "demo"}]


async def test_the_demonstration_leaves_other_people_s_customers_alone(
    platform: Platform, environment: dict[str, str]
) -> None:
    await save(platform, [Customer(key="mine")], NOW)
    done = run_demo(environment)
    assert done.returncode == 1
    assert "CONFLICT" in done.stderr
    assert "PROFILEGRAPH_HOME" in done.stderr
