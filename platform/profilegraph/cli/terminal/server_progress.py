"""The progress display while the embedded database starts."""

from __future__ import annotations

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)

from profilegraph.cli.terminal.console import err


class ServerProgress:
    """Shows one bar over all jars, then that Neo4j is starting; nothing if it runs already."""

    def __init__(self) -> None:
        self._shown: Progress | None = None
        self._task = TaskID(0)

    def fetching(self, jars: int, size: int) -> None:
        """Show the bar over `jars` jars of `size` bytes in all."""
        columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self._show(f"Fetching Neo4j, {jars} jars", size, *columns)

    def fetched(self, size: int) -> None:
        """Move the bar by one jar of `size` bytes."""
        if self._shown is not None:
            self._shown.advance(self._task, size)

    def starting(self) -> None:
        """Show that Neo4j starts, and since when."""
        self.finished()
        self._show("Starting Neo4j", None, SpinnerColumn(), TimeElapsedColumn())

    def finished(self) -> None:
        """Leave what is shown as it is, and show no more."""
        if self._shown is not None:
            self._shown.stop()
            self._shown = None

    def _show(self, what: str, total: int | None, *columns: ProgressColumn) -> None:
        self._shown = Progress(TextColumn("{task.description}"), *columns, console=err)
        self._task = self._shown.add_task(what, total=total)
        self._shown.start()
