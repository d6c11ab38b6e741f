"""`profilegraph taxonomy plan`, `apply`, `undo` and `changes` against a genuine graph."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from profilegraph.cli.main import app
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import Actor
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.values import Labels
from profilegraph.errors import InvalidInput, ProfilegraphError
from profilegraph.language.codec import decode
from profilegraph.services.customers import records
from profilegraph.services.platform import Platform
from profilegraph.services.segments import service
from profilegraph.services.segments.service import SaveSegment
from profilegraph.services.taxonomies.loading import load_taxonomies
from tests.conftest import NOW
from tests.integration.test_taxonomy_changes import OWN

Command = Callable[..., str]


@pytest.fixture
async def golfers(platform: Platform) -> Platform:
    """A customer who plays golf, and the segment of those who do."""
    await load_taxonomies(platform.database, [OWN])
    golf = Tagging(customer="c", tag="hobby/golf", since=NOW)
    await records.save(platform, [Customer(key="c", name="老王"), golf], NOW)
    await service.save_segment(
        platform,
        SaveSegment(
            "golfers",
            Labels(zh_cn="球友", en="Golfers"),
            decode({"tags": {"dimension": "hobby", "anyOf": ["golf"]}}),
        ),
        CommandContext(Actor("li"), NOW),
    )
    return platform


@pytest.fixture
def taxonomy(command_line: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """Runs a command in a process without an index; what it failed of is raised."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> str:
        result = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["taxonomy", *arguments])
        if isinstance(result.exception, ProfilegraphError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return command


async def test_a_change_is_planned_applied_listed_and_taken_back(
    golfers: Platform, taxonomy: Command, tmp_path: Path
) -> None:
    file = tmp_path / "change.yaml"
    file.write_text("merge: {tags: [hobby/golf], into: hobby/chess}\n", encoding="utf-8")

    async def told(*arguments: str) -> str:
        return await asyncio.to_thread(taxonomy, *arguments)

    text = await told("plan", str(file), "--locale", "en")
    assert "merge hobby/golf into hobby/chess" in text
    assert "1 tagging of 1 customer becomes another or ends." in text
    assert re.search(r"golfers.*Golfers.*1.*1", text)
    chinese = await told("plan", str(file), "--locale", "zh-CN")
    assert "「hobby/golf」合并到「hobby/chess」" in chinese
    assert "1 个标签记录有变化，涉及 1 个客户。" in chinese
    found = re.search(r"taxonomy apply (\w+)", text)
    assert found is not None
    key = found[1]
    assert "APPLIED" in await told("apply", key, "--locale", "en")
    catalogue = await golfers.catalogue()
    assert catalogue.current_tag("hobby/golf") == "hobby/chess"
    assert "APPLIED" in await told("changes", "--locale", "en")
    assert "UNDONE" in await told("undo", key, "--locale", "en")
    assert "hobby/golf" in (await golfers.catalogue()).tags


async def test_a_change_that_cannot_be_read_is_refused(taxonomy: Command, tmp_path: Path) -> None:
    file = tmp_path / "change.yaml"
    for text, message in (
        ("rename: [", "is no YAML"),
        ("rename: {target: hobby/golf}", "give key, labels or both"),
        ("delete: {target: a}\nmerge: {tags: [a/b], into: a/c}", "exactly one of"),
        ("key: own\nversion: 1.0.0\n", "labels"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises((InvalidInput, ProfilegraphError), match=message):
            await asyncio.to_thread(taxonomy, "plan", str(file))
    with pytest.raises(InvalidInput, match="cannot be read"):
        await asyncio.to_thread(taxonomy, "plan", str(tmp_path / "none.yaml"))
