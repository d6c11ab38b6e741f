"""What a start reports while it runs: jars and bytes as they come, then that the server starts."""

from __future__ import annotations

from typing import Protocol


class StartProgress(Protocol):
    """Whoever wants to know how far a start has come; called from several threads at once."""

    def fetching(self, jars: int, size: int) -> None:
        """Hear that `jars` jars of `size` bytes in all are going to be fetched."""

    def fetched(self, size: int) -> None:
        """Hear that one more jar, of `size` bytes, is here and verified."""

    def starting(self) -> None:
        """Hear that the server is starting; it takes some seconds."""

    def finished(self) -> None:
        """Hear that the start has ended, with a running server or with an error."""


class Silent:
    """A progress that tells nobody."""

    def fetching(self, jars: int, size: int) -> None:
        """Tell nobody."""

    def fetched(self, size: int) -> None:
        """Tell nobody."""

    def starting(self) -> None:
        """Tell nobody."""

    def finished(self) -> None:
        """Tell nobody."""


SILENT = Silent()
