"""`profilegraph segment …` against a genuine graph."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from anyio import to_thread
from typer.testing import CliRunner

from profilegraph.cli.main import app
from profilegraph.domain.customers import Customer, Tagging
from profilegraph.domain.values import Labels
from profilegraph.embedded.server import RunningServer
from profilegraph.errors import NotFound, ProfilegraphError
from profilegraph.segments.codec import decode
from profilegraph.services import records, segments
from profilegraph.services.platform import Platform
from tests.conftest import NOW

WARM = {"tags": {"dimension": "temperature", "anyOf": ["warm"]}}
PAINED = {"tags": {"dimension": "pains", "hasAny": True}}
Command = Callable[..., str]


@pytest.fixture
def segment(platform: Platform, server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command; what it failed of is raised."""
    monkeypatch.setenv("NEO4J_URI", server.uri)
    monkeypatch.setenv("NEO4J_USER", server.user)
    monkeypatch.setenv("NEO4J_PASSWORD", server.password)
    monkeypatch.setenv("LC_ALL", "en")

    def command(*arguments: str) -> str:
        result = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["segment", *arguments])
        if isinstance(result.exception, ProfilegraphError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return command


@pytest.fixture
def save(segment: Command, tmp_path: Path) -> Command:
    """Saves a filter as the newest version of the segment s."""

    def command(filter_: object, *options: str) -> str:
        path = tmp_path / "filter.json"
        path.write_text(json.dumps(filter_), encoding="utf-8")
        return segment("save", "s", str(path), "--zh", "人群", "--en", "Segment", *options)

    return command


def test_the_history_tells_who_changed_what_and_a_rollback_restores_it(
    segment: Command, save: Command
) -> None:
    save(WARM, "--note", "first")
    save({"all": [WARM, PAINED]}, "--author", "Li")
    assert segment("diff", "s", "1") == "added condition: Pains has any tag\n"
    assert segment("diff", "s", "2", "1", "--locale", "zh") == "移除条件：痛点已有标签\n"
    assert segment("rollback", "s", "1", "--note", "too few") == "s is at version 3\n"
    lines = segment("history", "s").splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == ["3", "2", "1"]
    assert lines[0].endswith("command line (back to version 1)  too few")
    assert lines[1] == "     removed condition: Pains has any tag"
    assert lines[-1].endswith("command line  first")


def test_a_segment_goes_through_its_life(segment: Command, save: Command) -> None:
    save(WARM, "--author", "Li", "--draft")
    assert segment("activate", "s") == "s is ACTIVE\n"
    assert segment("archive", "s") == "s is ARCHIVED\n"
    assert "ARCHIVED" in segment("list")
    assert segment("share", "s") == "s belongs to Li\n"
    with pytest.raises(NotFound, match="no API key"):
        segment("share", "s", "--editor", "Wang")
    assert segment("delete", "s") == "s is deleted\n"
    with pytest.raises(NotFound):
        segment("history", "s")


async def test_a_segment_is_counted_and_compared_as_of_past_moments(
    segment: Command, save: Command, platform: Platform
) -> None:
    await records.save(platform, [Customer(key="a"), Customer(key="b")], NOW)
    node = decode(WARM)
    labels = Labels(zh_cn="人群", en="Segment")
    await segments.save_segment(platform, "s", labels, node, author="li", note="", now=NOW)
    later = NOW + timedelta(days=2)
    warm = Tagging(customer="b", tag="temperature/warm", since=later)
    await records.save(platform, [warm], later)
    before, after = "2026-03-02T00:00:00+00:00", "2026-03-04T00:00:00+00:00"

    def run(*arguments: str) -> list[str]:
        return segment(*arguments, "--now", after).splitlines()

    assert await to_thread.run_sync(run, "count", "s", "--as-of", before) == ["0"]
    assert await to_thread.run_sync(run, "count", "s") == ["1"]
    listed = await to_thread.run_sync(run, "members", "s", "--as-of", before)
    assert listed == ["0 of 0 members"]
    why = await to_thread.run_sync(run, "why", "s", "b", "--as-of", before)
    assert why[0].startswith("✗")
    told = await to_thread.run_sync(run, "difference", "s", "--from", before)
    assert told[:2] == ["0 members, 1 entered, 0 left: 1", "  +1  tag added"]
    assert told[2].startswith("+ b  tag added: ")
