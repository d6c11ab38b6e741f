"""Dense 32-bit numbers for customers, so that a bitmap means the same set in every process.

A process allocates them in blocks, in a transaction of its own, so that writers of customers never
wait for one another's commit. The rest of a block is lost when the process ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

BLOCK = 1_024
_TAKE = """
MERGE (n:Counter {key: 'customers'})
SET n.key = n.key  // the lock is taken before the number is read
WITH n, coalesce(n.next, COLLECT { MATCH (c:Customer) RETURN max(c.ordinal) + 1 }[0], 0) AS first
SET n.next = first + $size
RETURN first
"""


class Runs(Protocol):
    """A transaction that runs one statement."""

    async def run(self, query: str, parameters: dict[str, Any] | None = None, /) -> Any:
        """Return the rows."""


class OrdinalsShort(Exception):
    """A transaction needs more ordinals than the process has allocated."""

    def __init__(self, wanted: int) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class Ordinals:
    """The allocated ordinals of this process; one per database that it writes to."""

    def __init__(self) -> None:
        self._blocks: list[range] = []
        self._lock = asyncio.Lock()

    def take(self, count: int) -> list[int]:
        """Return unused ordinals; raises OrdinalsShort if too few are allocated."""
        if count > self._left():
            raise OrdinalsShort(count)
        taken: list[int] = []
        while len(taken) < count:
            # The oldest block first: customers that are saved together are numbered in their order.
            block = self._blocks.pop(0)
            part = block[: count - len(taken)]
            taken.extend(part)
            if len(part) < len(block):
                self._blocks.insert(0, block[len(part) :])
        return taken

    async def reserve(
        self, count: int, write: Callable[[Callable[[Runs], Awaitable[int]]], Awaitable[int]]
    ) -> None:
        """Allocate a block from the graph, by `write`, if fewer than `count` are left."""
        async with self._lock:
            size = max(BLOCK, count)
            if count > self._left():
                first = await write(lambda transaction: _take(transaction, size))
                self._blocks.append(range(first, first + size))

    def _left(self) -> int:
        return sum(len(block) for block in self._blocks)


async def _take(transaction: Runs, size: int) -> int:
    rows = await transaction.run(_TAKE, {"size": size})
    first: int = rows[0]["first"]
    return first
