"""A long answer is made piece by piece, and everybody else gets the event loop in between."""

from __future__ import annotations

import asyncio

from profilegraph.services.limits.pacer import Pacer


async def go_on(pacer: Pacer, owner: str, order: list[str]) -> None:
    await pacer.turn(owner)
    order.append(owner)


async def test_others_get_the_event_loop_between_the_pieces_of_a_long_answer() -> None:
    pacer, order = Pacer(at_once=4), list[str]()
    waiting = [asyncio.create_task(go_on(pacer, "long", order)) for _ in range(40)]
    rounds = 0
    while not all(one.done() for one in waiting):
        before = len(order)
        await asyncio.sleep(0)
        rounds += 1
        assert len(order) - before <= 4
    assert order == ["long"] * 40
    assert rounds >= 10


async def test_pieces_of_several_answers_are_made_in_turn() -> None:
    pacer, order = Pacer(at_once=2), list[str]()
    waiting = [asyncio.create_task(go_on(pacer, "long", order)) for _ in range(40)]
    waiting += [asyncio.create_task(go_on(pacer, "short", order)) for _ in range(2)]
    await asyncio.gather(*waiting)
    assert [place for place, owner in enumerate(order) if owner == "short"] == [1, 3]


async def test_what_is_cancelled_while_it_waits_holds_up_nobody() -> None:
    pacer, order = Pacer(at_once=1), list[str]()
    gone = asyncio.create_task(go_on(pacer, "a", order))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait_for(go_on(pacer, "b", order), 10)
    assert order == ["b"]
