"""A process that writes as fast as it can, and counts where others see it what it has written.

Its arguments: a file of `Counts`, and how many customers of each kind there are to change. It
writes until its standard input is closed.
"""

from __future__ import annotations

import asyncio
import mmap
import struct
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from profilegraph.config import load_settings
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.services.customers.records import UntagCustomers, save, untag_customers
from profilegraph.services.platform import Platform, locate, open_platform

KINDS = ("created", "tagged", "untagged")
TAGGED = "lead_stage/mql"
UNTAGGED = "temperature/warm"
_NUMBER = struct.Struct("=q")


class Counts:
    """Numbers in memory that processes share: commits begun and commits acknowledged, by kind.

    Each is written by one process, and in one piece.
    """

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), self.size())

    @staticmethod
    def size() -> int:
        """Return how many bytes the file has."""
        return _NUMBER.size * 2 * len(KINDS)

    def begun(self) -> list[int]:
        """Return how many commits of each kind have begun."""
        return self._read(0)

    def acknowledged(self) -> list[int]:
        """Return how many commits of each kind have been acknowledged."""
        return self._read(1)

    def count(self, kind: int, number: int, *, acknowledged: bool) -> None:
        """Set how many commits of a kind there are."""
        _NUMBER.pack_into(self._memory, _place(kind, int(acknowledged)), number)

    def _read(self, which: int) -> list[int]:
        return [
            int(_NUMBER.unpack_from(self._memory, _place(kind, which))[0])
            for kind in range(len(KINDS))
        ]


def _place(kind: int, which: int) -> int:
    return _NUMBER.size * (2 * kind + which)


def changes(platform: Platform, now: datetime) -> tuple[Callable[[int], Awaitable[int]], ...]:
    """Return how the n-th change of each kind is made."""

    async def create(number: int) -> int:
        return await save(platform, [Customer(key=f"new{number}")], now)

    async def tag(number: int) -> int:
        return await save(platform, [Tagging(customer=f"tag{number}", tag=TAGGED, since=now)], now)

    async def untag(number: int) -> int:
        return await untag_customers(
            platform,
            UntagCustomers((f"untag{number}",), (UNTAGGED,)),
            CommandContext(OPERATOR, now),
        )

    return create, tag, untag


async def commit(counts: Counts, most: int) -> None:
    """Make changes of all kinds side by side until there is nothing to change any more."""
    now = datetime.now(UTC)
    settings = load_settings()
    async with open_platform(settings, locate(settings), now) as platform:

        async def write(kind: int, change: Callable[[int], Awaitable[int]]) -> None:
            for number in range(most):
                counts.count(kind, number + 1, acknowledged=False)
                assert await change(number) == 1
                counts.count(kind, number + 1, acknowledged=True)

        await asyncio.gather(*(write(*one) for one in enumerate(changes(platform, now))))


async def _until_told(counts: Counts, most: int) -> None:
    writing = asyncio.create_task(commit(counts, most))
    told = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    await asyncio.wait([writing, told], return_when=asyncio.FIRST_COMPLETED)
    if not writing.done():
        writing.cancel()
        await asyncio.wait([writing])
        return
    await writing  # it has failed, or has nothing left to change
    await told


if __name__ == "__main__":
    asyncio.run(_until_told(Counts(Path(sys.argv[1])), int(sys.argv[2])))
