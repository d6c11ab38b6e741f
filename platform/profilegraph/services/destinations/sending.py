"""Members of a segment on their way to a plugin's destination: once, however often it is tried."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import islice
from time import monotonic
from typing import Any
from uuid import uuid4

from pydantic import BaseModel
from pyroaring import FrozenBitMap
from tenacity import (
    AsyncRetrying,
    retry_if_not_exception_type,
    stop_after_attempt,
    wait_exponential,
)

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.destinations import DeliveryRecord, DeliveryRequest, DeliveryState
from profilegraph.domain.values import Labels
from profilegraph.errors import InvalidInput, NotFound, PluginError, ProfilegraphError
from profilegraph.hooks.destinations import Destination, Heading, Page, Value
from profilegraph.hooks.hosting.containment import InOwnLoop, TimeLimit, run_within_async
from profilegraph.hooks.options import parse_options
from profilegraph.services.commands import ChangeCommand, run_command
from profilegraph.services.evaluation.choosing import engine
from profilegraph.services.exports.cells import Cell, LabelledValue
from profilegraph.services.exports.columns import ExportColumn, ExportSubject, choose, usual
from profilegraph.services.exports.tables import read_customers
from profilegraph.services.operations.limiter import Limiter
from profilegraph.services.operations.routines import ItemsInProgress
from profilegraph.services.platform import Platform
from profilegraph.storage import destinations as storage
from profilegraph.storage.cache import keys_of
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.segments.saved import read_segment

ATTEMPTS = 3
SEND_SECONDS = 600.0
"""How long one attempt may take."""
HELD = timedelta(seconds=ATTEMPTS * SEND_SECONDS + 300)
"""How long a process holds a delivery; longer than all attempts may take."""
OVERALL = 32
"""Deliveries that are under way at once …"""
EACH = 4
"""… and of these to one receiver, or of one person."""
SENDING = "deliveries"
"""What the routine is called."""
PAGE = 1_000
"""Members of one page."""
Sleep = Callable[[float], Any]


@dataclass(frozen=True)
class SendSegment(ChangeCommand):
    """A segment whose members are to be sent to a destination."""

    segment: str
    destination: str
    options: Mapping[str, Any]
    """What is chosen for the destination, by option."""
    columns: tuple[str, ...] | None = None
    """None for the destination's own, or else the usual ones."""


async def request_delivery(
    platform: Platform, command: SendSegment, context: CommandContext
) -> DeliveryRecord:
    """Return a delivery of the segment's members of this moment, that waits to be sent.

    One with the same request that was not sent yet is taken up instead, with its id and its members:
    so what is asked twice is not sent as two deliveries. With an idempotency key, the same command
    always means the same delivery. Raises NotFound, InvalidInput, InvalidFilter, BrokenSegment.
    """
    segment, destination = command.segment, command.destination
    target = platform.host.destinations.get(destination)
    options = parse_options(target.options, command.options, f"the destination {destination!r}")
    saved = await read_segment(platform.database, segment)
    names = command.columns or target.columns or usual(saved.filter, ExportSubject.MEMBERS)
    chosen = choose(names, ExportSubject.MEMBERS, await platform.catalogue())
    request = DeliveryRequest(
        segment,
        destination,
        options.model_dump(mode="json"),
        tuple(column.name for column in chosen),
    )
    members = await (await engine(platform, [saved.filter], context.now)).members(saved.filter)
    new = DeliveryRecord(
        uuid4().hex, request, saved.version, len(members.ordinals), context.now, context.author,
        DeliveryState.WAITING, 0, None, None,
    )  # fmt: skip

    async def work(transaction: Transaction) -> str:
        unfinished = await storage.find_unfinished(transaction, request)
        if unfinished is None:
            await storage.create_delivery(transaction, new, members.ordinals)
        return unfinished or new.id

    id_ = await run_command(platform, command, context, work)
    await platform.database.write(partial(storage.begin_again, delivery=id_))
    return await delivery(platform, id_)


async def delivery(platform: Platform, id_: str) -> DeliveryRecord:
    """Return a delivery by its id; raises NotFound."""
    found = await storage.read_deliveries(platform.database, ids=[id_])
    if not found:
        raise NotFound(f"no delivery has the id {id_!r}.")
    return found[0]


async def deliveries(
    platform: Platform, segments: Sequence[str]
) -> Mapping[str, Sequence[DeliveryRecord]]:
    """Return the deliveries of each segment, the newest first, by the segment's key."""
    found = await storage.read_deliveries(platform.database, segments=segments)
    return {key: [one for one in found if one.request.segment == key] for key in segments}


class Sending:
    """Sends what waits to be sent, each delivery in its own time."""

    def __init__(self, platform: Platform, sleep: Sleep = asyncio.sleep) -> None:
        self._platform = platform
        self._sleep = sleep
        self._limiter = Limiter(OVERALL, EACH)
        self._going = ItemsInProgress(SENDING, platform.cache.routines)

    async def round(self, now: datetime) -> None:
        """Begin to send what waits at a moment, and wait for no receiver.

        What is being sent already, by this process or another, is left to that.
        """
        for one in await storage.read_deliveries(self._platform.database, due=now):
            self._going.begin(one.id, partial(self._in_turn, one, now, monotonic()))

    async def settled(self) -> None:
        """Return when nothing is being sent any more."""
        await self._going.settled()

    async def close(self) -> None:
        """End what is being sent: it is held for a while, and sent again after that."""
        await self._going.close()

    async def _in_turn(self, one: DeliveryRecord, now: datetime, began: float) -> None:
        async with self._limiter.slot(f"to {_receiver(one.request)}", f"of {one.author}"):
            await self.send(one, now + timedelta(seconds=monotonic() - began))

    async def send(self, one: DeliveryRecord, now: datetime) -> DeliveryRecord:
        """Return a delivery after it was sent, or tried in vain; another process may do it instead."""
        database = self._platform.database
        held = partial(storage.hold, delivery=one.id, now=now, until=now + HELD)
        if not await database.write(held):
            return await delivery(self._platform, one.id)
        note: str | None = None
        problem: str | None = None
        try:
            note = await self._attempts(one, now)
        except ProfilegraphError as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001  (kept with the delivery, and in the log)
            problem = f"it cannot be sent: {type(error).__name__}."
            self._platform.cache.routines.set_aside(SENDING, one.id, error)
        settled = partial(storage.settle, delivery=one.id, note=note, problem=problem)
        await database.write(settled)
        return await delivery(self._platform, one.id)

    async def _attempts(self, one: DeliveryRecord, now: datetime) -> str:
        """Return what the destination says; raises PluginError or InvalidInput after the last try."""
        destinations = self._platform.host.destinations
        target = destinations.get(one.request.destination)
        part, guard = destinations.part(one.request.destination), self._platform.host.guard
        to = _receiver(one.request)
        guard.require(part, to)
        view = await self._view(one, target, now)
        try:
            async for attempt in AsyncRetrying(
                # What has not ended must not run a second time beside the first.
                retry=retry_if_not_exception_type((InvalidInput, TimeLimit)),
                stop=stop_after_attempt(ATTEMPTS),
                wait=wait_exponential(),
                sleep=self._sleep,
                reraise=True,
            ):
                with attempt:
                    call = InOwnLoop(partial(_sent, target, view), SEND_SECONDS)
                    note = await run_within_async(SEND_SECONDS, call, f"send {one.id}")
        except Exception as error:
            if isinstance(error, ProfilegraphError) and not isinstance(error, PluginError):
                raise  # of what was asked for, or of the database: no fault of the plugin
            raise guard.failed(part, error, to) from error
        guard.succeeded(part, to)
        return note

    async def _view(
        self, one: DeliveryRecord, target: Destination[Any], now: datetime
    ) -> _DeliveryView:
        saved = await read_segment(self._platform.database, one.request.segment)
        columns = choose(
            one.request.columns, ExportSubject.MEMBERS, await self._platform.catalogue()
        )
        options = target.options.model_validate(one.request.options)
        loop = asyncio.get_running_loop()
        members = await storage.read_members(self._platform.database, one.id)
        return _DeliveryView(
            self._platform, one, members, saved.labels, columns, options, now, loop
        )


def _receiver(request: DeliveryRequest) -> str:
    """Return who takes what is sent at a request: whoever the options of the destination name."""
    told = f"{request.destination} {sorted(request.options.items())!r}"
    return sha256(told.encode()).hexdigest()[:16]


async def _sent(target: Destination[Any], view: _DeliveryView) -> str:
    note = await target.send(view)
    return str(note)


@dataclass(frozen=True)
class _DeliveryView:
    """A delivery as its destination sees it, from the destination's own thread and event loop."""

    platform: Platform
    delivery: DeliveryRecord
    customers: FrozenBitMap
    labels: Labels
    columns: tuple[ExportColumn, ...]
    options: BaseModel
    now: datetime
    home: asyncio.AbstractEventLoop
    """Where the database is read."""

    @property
    def id(self) -> str:
        """Return the id of the delivery."""
        return self.delivery.id

    @property
    def segment(self) -> str:
        """Return the key of the segment."""
        return self.delivery.request.segment

    @property
    def at(self) -> datetime:
        """Return when the members were taken."""
        return self.delivery.at

    @property
    def members(self) -> int:
        """Return how many members there are."""
        return len(self.customers)

    @property
    def headings(self) -> Sequence[Heading]:
        """Return the columns of every row."""
        return [Heading(column.name, column.labels) for column in self.columns]

    async def pages(self) -> AsyncIterator[Page]:
        """Yield the members, page by page."""
        ordinals = iter(self.customers)
        number = 0
        while some := list(islice(ordinals, PAGE)):
            number += 1
            reading = asyncio.run_coroutine_threadsafe(self._rows(some), self.home)
            yield Page(number, await asyncio.wrap_future(reading))

    async def _rows(self, ordinals: list[int]) -> Sequence[Mapping[str, Value]]:
        database = self.platform.database
        keys = await keys_of(database, ordinals)
        found = await read_customers(database, keys, self.now, self.columns)
        return [
            {column.name: _value(column.value(found[key])) for column in self.columns}
            for key in keys
            if key in found
        ]


def _value(cell: Cell) -> Value:
    match cell:
        case LabelledValue(key=key):
            return key
        case tuple():
            return tuple(one.key if isinstance(one, LabelledValue) else one for one in cell)
        case _:
            return cell
