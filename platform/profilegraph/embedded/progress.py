"""The progress of a start: fetched jars and bytes, then the start of the server."""

from __future__ import annotations

from typing import Protocol


class StartProgress(Protocol):
    """An observer of a start; called from several threads at once."""

    def fetching(self, jars: int, size: int) -> None:
        """Handle that `jars` jars of `size` bytes in all will be fetched."""

    def fetched(self, size: int) -> None:
        """Handle that one more jar, of `size` bytes, is fetched and verified."""

    def starting(self) -> None:
        """Handle that the server starts, which takes some seconds."""

    def finished(self) -> None:
        """Handle the end of the start, successful or not."""


class Silent:
    """An observer that ignores everything."""

    def fetching(self, jars: int, size: int) -> None:
        """Ignore it."""

    def fetched(self, size: int) -> None:
        """Ignore it."""

    def starting(self) -> None:
        """Ignore it."""

    def finished(self) -> None:
        """Ignore it."""


SILENT = Silent()
