"""Deliveries as outbox items: requests them, and sends members to plugins' destinations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import Any
from uuid import uuid4

from pydantic import BaseModel
from pyroaring import FrozenBitMap

from profilegraph.domain.access import Permission
from profilegraph.domain.audit import AuditActor, AuditEntry, AuditKind, AuditTargets
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.destinations import DELIVERY, DeliveryRecord, DeliveryRequest
from profilegraph.domain.outbox import AttemptOutcome, FailedAttempt, OutboxState
from profilegraph.domain.values import Labels
from profilegraph.errors import Forbidden, InvalidInput, NotFound, PluginError, ProfilegraphError
from profilegraph.hooks.destinations import Destination, Heading, Page, Value
from profilegraph.hooks.hosting.circuit_breaker import PluginPart
from profilegraph.hooks.hosting.containment import InOwnLoop, run_within_async
from profilegraph.hooks.options import parse_options
from profilegraph.services.access.authors import access_of_authors
from profilegraph.services.access.contacts import require_contacts
from profilegraph.services.access.visibility import visible_customers
from profilegraph.services.commands import ChangeCommand, run_command
from profilegraph.services.evaluation.choosing import engine
from profilegraph.services.exports.cells import Cell, LabelledValue
from profilegraph.services.exports.columns import (
    CONTACT_COLUMNS,
    ExportColumn,
    ExportSubject,
    choose,
    usual,
)
from profilegraph.services.exports.tables import read_customers
from profilegraph.services.outbox.kind import OUTBOX, Keep, OutboxKind
from profilegraph.services.platform import Platform
from profilegraph.storage import destinations as storage
from profilegraph.storage.cache import keys_of
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.outbox import begin_again
from profilegraph.storage.segments.saved import read_segment

SEND_SECONDS = 600.0
"""The longest call of a destination …"""
READ_SECONDS = 60.0
"""… and the longest read before it."""
MOST = 32
"""Deliveries that are sent concurrently, each in a thread."""
PAGE = 1_000
"""Members of one page."""


@dataclass(frozen=True)
class SendSegment(ChangeCommand):
    """A segment whose members are to be sent to a destination."""

    segment: str
    destination: str
    options: Mapping[str, Any]
    """What is chosen for the destination, by option."""
    columns: tuple[str, ...] | None = None
    """None for the destination's own, or else the usual ones."""

    @property
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command."""
        return AuditTargets.of(segment=self.segment, destination=self.destination)


async def request_delivery(
    platform: Platform, command: SendSegment, context: CommandContext
) -> DeliveryRecord:
    """Return a delivery of the segment's members of this moment, that waits to be sent.

    One with the same request that was not sent yet is taken up instead, with its key and its members:
    so what is asked twice is not sent as two deliveries. With an idempotency key, the same command
    always means the same delivery. Raises NotFound, InvalidInput, InvalidFilter, BrokenSegment.
    """
    segment, destination = command.segment, command.destination
    target = platform.host.destinations.get(destination)
    options = parse_options(target.options, command.options, f"the destination {destination!r}")
    saved = await read_segment(platform.database, segment)
    names = command.columns or target.columns or usual(saved.filter, ExportSubject.MEMBERS)
    chosen = choose(names, ExportSubject.MEMBERS, await platform.catalogue())
    _require_contacts(platform, chosen)
    request = DeliveryRequest(
        segment,
        destination,
        options.model_dump(mode="json"),
        tuple(column.name for column in chosen),
    )
    members = await (await engine(platform, [saved.filter], context.now)).members(saved.filter)
    new = _new_delivery(request, saved.version, len(members.ordinals), context)

    async def work(transaction: Transaction) -> str:
        unfinished = await storage.find_unfinished(transaction, request)
        if unfinished is None:
            await storage.create_delivery(transaction, new, members.ordinals)
        return unfinished or new.key

    key = await run_command(platform, command, context, work)
    again = partial(begin_again, kind=DELIVERY, key=key, now=context.now)
    await platform.database.write(again)
    return await delivery(platform, key)


def _new_delivery(
    request: DeliveryRequest, version: int, size: int, context: CommandContext
) -> DeliveryRecord:
    return DeliveryRecord(
        kind=DELIVERY,
        key=uuid4().hex,
        state=OutboxState.WAITING,
        due_at=context.now,
        request=request,
        version=version,
        size=size,
        at=context.now,
        author=context.author,
        note=None,
    )


async def delivery(platform: Platform, key: str) -> DeliveryRecord:
    """Return a delivery by its key; raises NotFound."""
    found = await storage.read_deliveries(platform.database, keys=[key])
    if not found:
        raise NotFound(f"no delivery has the id {key!r}.")
    return found[0]


async def deliveries(
    platform: Platform, segments: Sequence[str]
) -> Mapping[str, Sequence[DeliveryRecord]]:
    """Return the deliveries of each segment, the newest first, by the segment's key."""
    found = await storage.read_deliveries(platform.database, segments=segments)
    return {key: [one for one in found if one.request.segment == key] for key in segments}


def delivery_kind(platform: Platform) -> OutboxKind:
    """Return the kind of outbox item that deliveries are."""

    async def load(key: str) -> _DeliverySender | None:
        found = await storage.read_deliveries(platform.database, keys=[key])
        return _DeliverySender(platform, found[0]) if found else None

    return OutboxKind(DELIVERY, SEND_SECONDS + READ_SECONDS, MOST, load)


@dataclass(frozen=True)
class _DeliverySender:
    """Sends a delivery."""

    platform: Platform
    delivery: DeliveryRecord

    @property
    def lanes(self) -> tuple[str, ...]:
        """Return the keys of the receiver and the author."""
        return f"to {_receiver(self.delivery.request)}", f"of {self.delivery.author}"

    def entry(self, now: datetime) -> AuditEntry:
        """Return the audit entry of an attempt."""
        request, key = self.delivery.request, self.delivery.key
        actor = AuditActor(OUTBOX, on_behalf_of=self.delivery.author)
        targets = AuditTargets.of(
            delivery=key, segment=request.segment, destination=request.destination
        )
        columns = tuple(f"column:{name}" for name in request.columns)
        targets = AuditTargets(others=(*targets.others, *columns))
        entry = AuditEntry.of(AuditKind.DELIVERY, "sendDelivery", actor, now, targets)
        return replace(entry, customer_count=self.delivery.size)

    async def send(self, now: datetime) -> Keep | FailedAttempt:
        """Call the destination once; return how to store its receipt, or the failure."""
        to, guard = _receiver(self.delivery.request), self.platform.host.guard
        try:
            part, target = self._destination()
            view = await self._view(target, now)
        except (Forbidden, InvalidInput, NotFound) as error:
            return FailedAttempt(str(error), AttemptOutcome.REFUSED)
        try:
            guard.require(part, to)
        except PluginError as error:
            return FailedAttempt(str(error), AttemptOutcome.HELD)
        try:
            call = InOwnLoop(partial(_sent, target, view), SEND_SECONDS)
            note = await run_within_async(SEND_SECONDS, call, f"send {view.id}")
        except InvalidInput as error:
            return FailedAttempt(str(error), AttemptOutcome.REFUSED)
        except Exception as error:
            if isinstance(error, ProfilegraphError) and not isinstance(error, PluginError):
                raise  # the database's: no fault of the plugin
            raise guard.failed(part, error, to) from error
        guard.succeeded(part, to)
        return partial(storage.note_receipt, delivery=view.id, note=note)

    def _destination(self) -> tuple[PluginPart, Destination[Any]]:
        destinations, key = self.platform.host.destinations, self.delivery.request.destination
        target = destinations.get(key)
        return destinations.part(key), target

    async def _view(self, target: Destination[Any], now: datetime) -> _DeliveryView:
        platform, request = self.platform, self.delivery.request
        saved = await read_segment(platform.database, request.segment)
        columns = choose(request.columns, ExportSubject.MEMBERS, await platform.catalogue())
        options = target.options.model_validate(request.options)
        members = await self._members(columns, now)
        loop = asyncio.get_running_loop()
        return _DeliveryView(
            platform, self.delivery, members, saved.labels, columns, options, now, loop
        )

    async def _members(self, columns: Sequence[ExportColumn], now: datetime) -> FrozenBitMap:
        """Return the members that the author still sees; raises Forbidden if they may not send them."""
        author, database = self.delivery.author, self.platform.database
        access = (await access_of_authors(database, [author], now))[author]
        if isinstance(access, Forbidden):
            raise access
        access.require(Permission.CUSTOMERS_EXPORT, "a delivery")
        platform = replace(self.platform, access=access)
        _require_contacts(platform, columns)
        members = await storage.read_members(database, self.delivery.key)
        seen = await visible_customers(platform, now)
        return members if seen is None else FrozenBitMap(members & seen.ordinals)


def _require_contacts(platform: Platform, columns: Sequence[ExportColumn]) -> None:
    if contacts := [one.name for one in columns if one.name in CONTACT_COLUMNS]:
        require_contacts(platform, f"sending {', '.join(contacts)}")


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
        return self.delivery.key

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
