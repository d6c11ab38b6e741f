"""The messages of webhooks about moves: of bounded size, each with a fixed id."""

from __future__ import annotations

import json
from dataclasses import dataclass

from profilegraph.domain.webhooks import Webhook
from profilegraph.services.live.service import Transition, transitions_of
from profilegraph.services.platform import Platform
from profilegraph.storage.live import RecordedMove

PART = 500
"""Customers of one message."""


@dataclass(frozen=True)
class Message:
    """One message: the id by which a receiver knows that it had it before, and the text."""

    id: str
    body: str


async def message(platform: Platform, hook: Webhook, one: RecordedMove) -> tuple[Message, bool]:
    """Return the next message of a move, and whether it is the last one of that move."""
    parts = part_count(one)
    start = hook.part * PART
    crossings = await transitions_of(platform, one, start, start + PART)
    body = {
        "type": "segment.membership",
        "timestamp": one.at.isoformat(),
        "data": {
            "segment": hook.segment,
            "move": one.n,
            "part": hook.part + 1,
            "parts": parts,
            "cause": one.move.cause.value,
            "entered": _keys(crossings, entered=True),
            "left": _keys(crossings, entered=False),
        },
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    # Of the watch and not of the segment: another one under the same key tells other things.
    return Message(f"{hook.watch}.{one.n}.{hook.part + 1}", text), hook.part + 1 >= parts


def part_count(one: RecordedMove) -> int:
    """Return how many messages tell of a move."""
    return -(-(len(one.move.entered) + len(one.move.left)) // PART)


def _keys(crossings: list[Transition], *, entered: bool) -> list[str]:
    return [one.customer for one in crossings if one.entered is entered]
