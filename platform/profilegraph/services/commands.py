"""Commands: changes as frozen data, run in one transaction and once per idempotency key.

The transaction also appends to the audit log who asked for which command, and what it was about.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import partial
from hashlib import sha256
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from profilegraph.domain.audit import AuditEntry, AuditKind, AuditTargets
from profilegraph.domain.commands import CommandContext
from profilegraph.errors import Forbidden
from profilegraph.language.codec import encode
from profilegraph.language.nodes import LEAVES, AllOf, AnyOf, Node, Not
from profilegraph.services.audit.entries import actor_in
from profilegraph.services.audit.recording import note_refusal
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.neo4j.requests import IdempotentRequest, run_once

T = TypeVar("T")
_NODES = (AllOf, AnyOf, Not, *LEAVES)


@dataclass(frozen=True)
class ChangeCommand(ABC):
    """A requested change; its fields are the request, and nothing but the request.

    A field with `compare=False` follows from the others or from the moment, and is not part of it.
    """

    @property
    @abstractmethod
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command: keys alone, and none that are personal."""

    @property
    def digest(self) -> str:
        """Return a hexadecimal SHA-256 that only equal commands share."""
        text = json.dumps(canonical(self), ensure_ascii=False, sort_keys=True)
        return sha256(text.encode()).hexdigest()


async def run_command(
    platform: Platform,
    command: ChangeCommand,
    context: CommandContext,
    work: Callable[[Transaction], Awaitable[T]],
) -> T:
    """Return what `work` returns in one transaction, or returned before for the same idempotency key.

    With a key the result must be JSON. Raises Conflict if the key was used for another command.
    What the request has read is read again afterwards.
    """
    key, actor, targets = context.idempotency_key, actor_in(context), command.targets
    operation = type(command).__name__
    entry = AuditEntry.of(AuditKind.CHANGE, operation, actor, context.now, targets)
    recorded = partial(_recorded, entry, work)
    run = recorded if key is None else partial(_keyed, command.digest, key, context.now, recorded)
    try:
        result = await platform.database.write(run)
    except Forbidden as error:
        await note_refusal(platform, actor, error, operation, context.now, targets)
        raise
    platform.changed()
    return result


async def _recorded(
    entry: AuditEntry, work: Callable[[Transaction], Awaitable[T]], transaction: Transaction
) -> T:
    result = await work(transaction)
    transaction.record(entry)
    return result


async def _keyed(
    digest: str,
    key: str,
    now: datetime,
    work: Callable[[Transaction], Awaitable[T]],
    transaction: Transaction,
) -> T:
    request = IdempotentRequest(key, digest, now)
    result: T = await run_once(transaction, request, lambda: work(transaction))
    return result


def canonical(value: Any) -> Any:
    """Return a value as JSON that only equal values share.

    Of a pydantic model, only the fields that were set count: an omitted field is not a cleared one.
    Raises TypeError for a value without such a form.
    """
    match value:
        case BaseModel():
            return _fields(value, value.model_fields_set)
        case Mapping():
            return {str(name): canonical(one) for name, one in value.items()}
        case tuple() | list():
            return [canonical(one) for one in value]
        case set() | frozenset():
            return sorted(map(canonical, value), key=json.dumps)
        case _ if isinstance(value, _NODES):
            return encode(cast("Node", value))
        case _ if is_dataclass(value):
            return _fields(value, [one.name for one in fields(value) if one.compare])
        case _:
            return _scalar(value)


def _fields(value: object, names: Iterable[str]) -> list[Any]:
    return [type(value).__name__, {name: canonical(getattr(value, name)) for name in names}]


def _scalar(value: object) -> Any:
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
    raise TypeError(f"a {type(value).__name__} has no canonical form")
