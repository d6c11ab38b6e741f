"""Commands: changes as frozen data, run in one transaction, and once per idempotency key."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import partial
from hashlib import sha256
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from profilegraph.domain.commands import CommandContext
from profilegraph.language.codec import encode
from profilegraph.language.nodes import LEAVES, AllOf, AnyOf, Node, Not
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.neo4j.requests import IdempotentRequest, once

T = TypeVar("T")
_NODES = (AllOf, AnyOf, Not, *LEAVES)


@dataclass(frozen=True)
class ChangeCommand:
    """A change that somebody asks for; its fields are what was asked, and all that was asked.

    A field with `compare=False` follows from the others or from the moment, and is no part of it.
    """

    @property
    def digest(self) -> str:
        """Return a SHA-256 in hex that is the same for the same command alone."""
        text = json.dumps(canonical(self), ensure_ascii=False, sort_keys=True)
        return sha256(text.encode()).hexdigest()


async def run_command(
    platform: Platform,
    command: ChangeCommand,
    context: CommandContext,
    work: Callable[[Transaction], Awaitable[T]],
) -> T:
    """Return what `work` returns in one transaction, or returned for the same idempotency key.

    With a key the result must be JSON. Raises Conflict where the key came with another command.
    What the request has read is read again afterwards.
    """
    key = context.idempotency_key
    run = work if key is None else partial(_once, command.digest, key, context.now, work)
    result = await platform.database.write(run)
    platform.changed()
    return result


async def _once(
    digest: str,
    key: str,
    now: datetime,
    work: Callable[[Transaction], Awaitable[T]],
    transaction: Transaction,
) -> T:
    request = IdempotentRequest(key, digest, now)
    result: T = await once(transaction, request, lambda: work(transaction))
    return result


def canonical(value: Any) -> Any:
    """Return a value as JSON that is equal for equal values alone.

    Of a model, only the fields that were given count: one that was left out is not one that was
    cleared. Raises TypeError for what has no such form.
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
