"""Whatever dies and whoever does not answer: what is to be told is told, in order, by one at a time."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import Phase, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pyroaring import BitMap
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from profilegraph.config import Settings
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import Actor
from profilegraph.domain.live import MoveCause
from profilegraph.domain.outbox import SCHEDULE, OutboxState
from profilegraph.domain.records.customers import Customer
from profilegraph.domain.values import Labels
from profilegraph.hooks.hosting.host import Host
from profilegraph.language.nodes import Tags
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.live.service import SetSegmentLive, set_live
from profilegraph.services.outbox.kind import OutboxKind
from profilegraph.services.platform import Platform
from profilegraph.services.segments.service import SaveSegment, save_segment
from profilegraph.services.webhooks.sending import MessageSender, webhook_kind
from profilegraph.services.webhooks.service import SaveWebhook, save_webhook, webhook
from profilegraph.storage.live import Evaluation, MembershipChange, read_watches, record
from profilegraph.storage.neo4j.database import Database
from tests.conftest import NOW
from tests.support.budgets import budget
from tests.support.outbox import die_after_sending, send_all
from tests.support.serving import serving
from tests.support.worlds import World, load_world

BY = CommandContext(Actor("li"), NOW)
NO_TIME, MINUTE = timedelta(), timedelta(minutes=1)
MOVE, SEND, TWO_SEND, DIE = "move", "send", "two send", "die"
Step = tuple[str, timedelta]
steps: st.SearchStrategy[Step] = st.tuples(
    st.sampled_from((MOVE, SEND, TWO_SEND, DIE)),
    st.sampled_from((NO_TIME, SCHEDULE[0], MINUTE, SCHEDULE[1])),
)


@dataclass
class Receiver:
    """Answers with the statuses that it was told, then takes everything."""

    statuses: list[int]
    taken: list[int] = field(default_factory=list)
    """Numbers of the moves, as often as it took them."""
    busy: int = 0
    most_busy: int = 0

    async def __call__(self, request: Request) -> Response:
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        body = json.loads(await request.body())
        status = self.statuses.pop(0) if self.statuses else 204
        if status < 300:
            self.taken.append(body["data"]["move"])
        self.busy -= 1
        return Response(status_code=status)


@given(
    done=st.lists(steps, min_size=2, max_size=8),
    statuses=st.lists(st.sampled_from([204, 500, 302]), max_size=6),
)
@example(done=[(MOVE, NO_TIME), (MOVE, NO_TIME), (TWO_SEND, NO_TIME)], statuses=[])
@example(done=[(MOVE, NO_TIME), (DIE, NO_TIME), (MOVE, MINUTE), (SEND, NO_TIME)], statuses=[])
@examples(max_examples=budget(8, 60), phases=(Phase.explicit, Phase.reuse, Phase.generate))
async def test_every_move_is_told_in_order_and_twice_only_where_a_process_died(
    settings: Settings,
    loaded: Database,
    whole_host: Host,
    done: list[Step],
    statuses: list[int],
) -> None:
    receiver = Receiver(statuses)

    async def take(request: Request) -> Response:
        return await receiver(request)

    async with serving(Starlette(routes=[Route("/", take, methods=["POST"])])) as address:
        platform = await told_at(settings, loaded, whole_host, f"{address}/")
        kind = webhook_kind(platform, MessageSender(private=True))
        moves, deaths, now = await go_through(platform, kind, done)
        while (await webhook(platform, "h")).state is OutboxState.WAITING:
            now += SCHEDULE[-1]
            await send_all(platform, [kind], now)
    assert list(dict.fromkeys(receiver.taken)) == list(range(1, moves + 1))
    assert len(receiver.taken) - moves <= deaths
    assert receiver.most_busy <= 1
    assert (await webhook(platform, "h")).state is OutboxState.SENT


async def told_at(settings: Settings, database: Database, host: Host, address: str) -> Platform:
    """Return a platform with a live segment, whose moves are told to an address of this machine."""
    await load_world(database, World((Customer(key="c"),), {}), NOW)
    allowed = settings.model_copy(update={"webhook_private": True})
    platform = Platform(allowed, database, GraphCache(database), host)
    fishers = SaveSegment("s", Labels(en="Fishers"), Tags("hobby", any_of=("fishing",)))
    await save_segment(platform, fishers, BY)
    await set_live(platform, SetSegmentLive("s", on_change=True, schedule=None), BY)
    await save_webhook(platform, SaveWebhook("h", "s", address), BY)
    return platform


async def go_through(
    platform: Platform, kind: OutboxKind, done: list[Step]
) -> tuple[int, int, datetime]:
    """Return how many moves there were, how often a process died, and when all that was over."""
    moves = deaths = 0
    now = NOW
    for what, later in done:
        now += later
        match what:
            case "move":
                await move(platform.database, now)
                moves += 1
            case "send":
                await send_all(platform, [kind], now)
            case "two send":
                await asyncio.gather(*(send_all(platform, [kind], now) for _ in range(2)))
            case _:
                deaths += await die_after_sending(platform, kind, now)
    return moves, deaths, now


async def move(database: Database, now: datetime) -> None:
    """Record that the customer entered or left."""
    [watch] = await read_watches(database, ["s"])
    one = BitMap([1])
    change = MembershipChange(
        MoveCause.DATA_CHANGED,
        **({"left": one} if watch.size else {"entered": one}),
    )
    found = Evaluation(now, watch.definition, watch.offsets, (change,))
    recorded = await database.write(lambda transaction: record(transaction, watch, BitMap(), found))
    assert recorded is not None
