"""Records into the graph: checked, written in one transaction, and once however often asked."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from profilegraph.domain.records.customers import Identity
from profilegraph.domain.taxonomy.conformance import conform
from profilegraph.domain.values import Record
from profilegraph.errors import Conflict, InvalidInput, NotFound
from profilegraph.importers.values.contacts import canonical_identity
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.neo4j.requests import IdempotentRequest, once
from profilegraph.storage.records.writing import untag, upsert

Permit: TypeAlias = Callable[[Transaction], Awaitable[None]]
"""Raises Forbidden, within the transaction of a change, where it may not be done."""


async def save(
    platform: Platform,
    records: Sequence[Record],
    now: datetime,
    request_key: str | None = None,
    asked: str | None = None,
    permit: Permit | None = None,
) -> int:
    """Return how many records were written: all of them, in the order given, or none.

    Writing the same records again changes nothing. With a `request_key`, a repeated request is
    answered from the first one's result; `asked` tells one request from another where the records
    hold more than what was asked for, such as the moment; `permit` is asked in the transaction whether
    this may be done. Raises NotFound where a record names what is not there,
    Conflict where it contradicts the graph, InvalidInput where it does not fit the taxonomies.
    """
    catalogue = await platform.catalogue_for_change()
    region = platform.deployment.phone_region
    checked = [_canonical(conform(record, catalogue), region) for record in records]

    async def work(transaction: Transaction) -> int:
        if permit is not None:
            await permit(transaction)
        written = 0
        for kind in _by_kind(checked):
            outcome = await upsert(transaction, kind, now)
            for refusal in outcome.refused:
                error = NotFound if refusal.missing else Conflict
                raise error(refusal.reason, where=_name(kind[refusal.index]))
            written += outcome.written
        return written

    result: int = await write_once(platform, work, now, request_key, asked or digest(checked))
    return result


async def remove_tags(
    platform: Platform,
    customers: Sequence[str],
    tags: Sequence[str],
    now: datetime,
    request_key: str | None = None,
    permit: Permit | None = None,
) -> int:
    """Return how many taggings were there and are now closed: each tag of each customer.

    `permit` is asked in the transaction whether this may be done. Raises NotFound where a tag does not exist.
    """
    catalogue = await platform.catalogue_for_change()
    for tag in tags:
        catalogue.tag(tag)
    keys = [one for tag in tags for one in sorted(catalogue.carriers[catalogue.current_tag(tag)])]
    pairs = list(dict.fromkeys((customer, key) for customer in customers for key in keys))

    async def work(transaction: Transaction) -> int:
        if permit is not None:
            await permit(transaction)
        return await untag(transaction, pairs, now)

    asked = hashlib.sha256(json.dumps(pairs).encode()).hexdigest()
    result: int = await write_once(platform, work, now, request_key, asked)
    return result


async def write_once(
    platform: Platform,
    work: Callable[[Transaction], Awaitable[Any]],
    now: datetime,
    request_key: str | None,
    asked: str,
) -> Any:
    """Return what `work` returns in one transaction; with a key, the first result for that key."""

    async def carry_out(transaction: Transaction) -> Any:
        if request_key is None:
            return await work(transaction)
        request = IdempotentRequest(request_key, asked, now)
        return await once(transaction, request, lambda: work(transaction))

    return await platform.database.write(carry_out)


def digest(records: Sequence[Record]) -> str:
    """Return a SHA-256 that is equal only for equal records in equal order."""
    digester = hashlib.sha256()
    for record in records:
        digester.update(
            f"{type(record).__name__}{record.model_dump_json(exclude_unset=True)}\n".encode()
        )
    return digester.hexdigest()


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
