"""Writes of records: validated, in one transaction, and idempotent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from profilegraph.domain.access import Permission
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR
from profilegraph.domain.records.customers import Customer, Identity, Tagging, TagSource
from profilegraph.domain.records.organisation import Ownership
from profilegraph.domain.refusals import checked_record
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.conformance import conform
from profilegraph.domain.taxonomy.definition import Duty
from profilegraph.domain.values import Record
from profilegraph.errors import Conflict, Forbidden, InvalidInput, NotFound
from profilegraph.importers.values.contacts import canonical_identity
from profilegraph.language.nodes import EVERYONE
from profilegraph.services import duties
from profilegraph.services.access.visibility import require_visible, visible
from profilegraph.services.commands import ChangeCommand, run_command
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.records.reads import read_ordinals
from profilegraph.storage.records.writing import untag, upsert


@dataclass(frozen=True)
class SaveRecords(ChangeCommand):
    """Records to write in the order given."""

    records: tuple[Record, ...]


@dataclass(frozen=True)
class TagCustomers(ChangeCommand):
    """Tags to put on customers."""

    customers: tuple[str, ...]
    tags: tuple[dict[str, Any], ...]
    """The given properties of each tag, by field; by default since now and by the requester."""


@dataclass(frozen=True)
class UntagCustomers(ChangeCommand):
    """Tags to take off customers."""

    customers: tuple[str, ...]
    tags: tuple[str, ...]


async def save(platform: Platform, records: Iterable[Record], now: datetime) -> int:
    """Write records as the operator of the deployment and return their number; see `save_records`."""
    return await save_records(platform, SaveRecords(tuple(records)), CommandContext(OPERATOR, now))


async def save_records(platform: Platform, command: SaveRecords, context: CommandContext) -> int:
    """Write all records, in the order given, or none; return their number.

    Writing the same records again changes nothing. Raises NotFound if a record names something that
    does not exist, Conflict if it contradicts the graph, InvalidInput if it does not fit the
    taxonomies, Forbidden for a customer that the author may not save.
    """
    catalogue = await platform.catalogue_for_change()
    checked = _checked(platform, command.records, catalogue)

    checked = [*checked, *await _admitted(platform, checked, context)]

    async def work(transaction: Transaction) -> int:
        return await _write(transaction, checked, context.now)

    return await run_command(platform, command, context, work)


async def _admitted(
    platform: Platform, records: Sequence[Record], context: CommandContext
) -> list[Ownership]:
    """Return that the author owns the new customers among some records, whose rows are bounded.

    Otherwise nobody who sees their own customers alone could make one. Raises Forbidden for a
    customer that the author may not save, and NotFound for what belongs to one.
    """
    permission = Permission.CUSTOMERS_WRITE
    if platform.access.rows(permission) == EVERYONE:
        return []
    saved = {one.key: None for one in records if isinstance(one, Customer)}
    new = saved.keys() - (await read_ordinals(platform.database.read, saved)).keys()
    seen = await visible(platform, saved, context.now, permission)
    employee = context.actor.employee
    refused = [key for key in saved if key not in seen and (key not in new or employee is None)]
    if refused:
        raise Forbidden(
            "you may not save this customer.",
            hint="Choose another key, or ask an administrator for a role with more customers.",
            where=refused[0],
        )
    others = dict.fromkeys(key for one in records if (key := customer_of(one)) not in saved)
    known = [key for key in others if key is not None]
    await require_visible(platform, known, context.now, permission)
    owner = employee or ""
    return [
        Ownership(employee=owner, customer=key, since=context.now) for key in saved if key in new
    ]


def customer_of(record: Record) -> str | None:
    """Return the key of the customer that a record belongs to; None if it belongs to none."""
    found: str | None = getattr(record, "customer", None)
    return found


async def tag_customers(platform: Platform, command: TagCustomers, context: CommandContext) -> int:
    """Write taggings and return their number; in a single dimension a tag replaces the one before.

    Raises Forbidden without the duty to tag in the dimensions of the tags, NotFound if a customer
    or a tag does not exist, Conflict or InvalidInput as `save_records` does.
    """
    catalogue = await platform.catalogue_for_change()
    dimensions = _dimensions([one["tag"] for one in command.tags], catalogue)
    await require_visible(platform, command.customers, context.now, Permission.CUSTOMERS_TAG)
    checked = _checked(platform, _taggings(command, context), catalogue)

    async def work(transaction: Transaction) -> int:
        await duties.require(
            platform, transaction, context.actor, Duty.TAG, dimensions, context.now
        )
        return await _write(transaction, checked, context.now)

    return await run_command(platform, command, context, work)


def _taggings(command: TagCustomers, context: CommandContext) -> list[Tagging]:
    """Return each tag on each customer; raises InvalidInput, and Forbidden for what is not by hand."""
    by_default: dict[str, Any] = {"since": context.now, "by": context.author}
    given = [
        by_default | one | {"customer": key} for key in command.customers for one in command.tags
    ]
    taggings = [checked_record(Tagging, one) for one in given]
    for one in taggings:
        if one.source is not TagSource.MANUAL and not context.actor.administrator:
            raise Forbidden(
                f"employees tag by hand, not as {one.source}.",
                hint="Leave `source` out, or use a key without an employee: a machine's.",
                where="source",
            )
    return taggings


async def untag_customers(
    platform: Platform, command: UntagCustomers, context: CommandContext
) -> int:
    """Close the taggings of each tag of each customer and return how many were open.

    Raises Forbidden without the duty to tag in the dimensions of the tags, NotFound if a tag does
    not exist.
    """
    catalogue = await platform.catalogue_for_change()
    dimensions = _dimensions(command.tags, catalogue)
    keys = [
        one
        for tag in command.tags
        for one in sorted(catalogue.carriers[catalogue.current_tag(tag)])
    ]
    seen = await visible(platform, command.customers, context.now, Permission.CUSTOMERS_TAG)
    customers = [one for one in command.customers if one in seen]
    pairs = list(dict.fromkeys((customer, key) for customer in customers for key in keys))

    async def work(transaction: Transaction) -> int:
        await duties.require(
            platform, transaction, context.actor, Duty.TAG, dimensions, context.now
        )
        return await untag(transaction, pairs, context.now)

    return await run_command(platform, command, context, work)


async def _write(transaction: Transaction, records: Sequence[Record], now: datetime) -> int:
    written = 0
    for kind in _by_kind(records):
        outcome = await upsert(transaction, kind, now)
        for refusal in outcome.refused:
            error = NotFound if refusal.missing else Conflict
            raise error(refusal.reason, where=_name(kind[refusal.index]))
        written += outcome.written
    return written


def _checked(platform: Platform, records: Iterable[Record], catalogue: Catalogue) -> list[Record]:
    region = platform.deployment.phone_region
    return [_canonical(conform(record, catalogue), region) for record in records]


def _dimensions(tags: Iterable[str], catalogue: Catalogue) -> set[str]:
    """Return the dimensions of tags by full key; raises NotFound if a tag does not exist."""
    found = set()
    for tag in tags:
        catalogue.tag(tag)
        found.add(catalogue.current_tag(tag).partition("/")[0])
    return found


def _canonical(record: Record, region: str) -> Record:
    if not isinstance(record, Identity):
        return record
    try:
        there, stated = record.region or region, record.region is not None
        value = canonical_identity(record.kind, record.value, there, stated=stated)
    except ValueError as fault:
        raise InvalidInput(str(fault), where=f"identity {record.kind.value}") from fault
    return record.model_copy(update={"value": value})


def _by_kind(records: Sequence[Record]) -> list[list[Record]]:
    kinds: dict[type[Record], list[Record]] = defaultdict(list)
    for record in records:
        kinds[type(record)].append(record)
    return list(kinds.values())


def _name(record: Record) -> str:
    return f"{type(record).__name__} {getattr(record, 'key', '')}".strip()
