"""The numbers of customers are given in their order, whichever blocks they are of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from profilegraph.storage.feed.ordinals import BLOCK, Ordinals, OrdinalsShort, Runs


async def test_numbers_go_on_from_one_block_to_the_next() -> None:
    firsts = iter((0, BLOCK))

    async def write(_: Callable[[Runs], Awaitable[int]]) -> int:
        return next(firsts)

    ordinals = Ordinals()
    await ordinals.reserve(1, write)
    assert ordinals.take(BLOCK - 2) == list(range(BLOCK - 2))
    with pytest.raises(OrdinalsShort):
        ordinals.take(3)
    await ordinals.reserve(3, write)
    assert ordinals.take(3) == [BLOCK - 2, BLOCK - 1, BLOCK]
