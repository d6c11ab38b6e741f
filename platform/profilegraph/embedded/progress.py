"""What a start reports while it runs: jars and bytes as they come, then that the server starts."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Whoever wants to know how far a start has come; called from several threads at once."""

    def fetching(self, jars: int, size: int) -> None:
        """`jars` jars of `size` bytes in all are going to be fetched."""

    def fetched(self, size: int) -> None:
        """One more jar, of `size` bytes, is here and verified."""

    def starting(self) -> None:
        """The server is starting; it takes some seconds."""

    def finished(self) -> None:
        """The start has come to an end, with a running server or with an error."""


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
