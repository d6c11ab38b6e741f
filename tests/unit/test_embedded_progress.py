"""What people see while the embedded server comes up."""

from io import StringIO

import pytest
from rich.console import Console

from profilegraph.cli.terminal import server_progress
from profilegraph.cli.terminal.server_progress import ServerProgress


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    screen = StringIO()
    console = Console(file=screen, force_terminal=True, width=120, color_system=None)
    monkeypatch.setattr(server_progress, "err", console)
    return screen


def test_one_bar_covers_all_jars_and_then_the_start_is_shown(screen: StringIO) -> None:
    progress = ServerProgress()
    progress.fetching(2, 3_000_000)
    progress.fetched(1_000_000)
    progress.fetched(2_000_000)
    progress.starting()
    fetching = screen.getvalue()
    progress.finished()
    assert "Fetching Neo4j, 2 jars" in fetching
    assert "3.0/3.0 MB" in fetching
    assert "Starting Neo4j" in screen.getvalue()


def test_nothing_is_shown_for_a_server_that_runs_already(screen: StringIO) -> None:
    ServerProgress().finished()
    assert screen.getvalue() == ""
