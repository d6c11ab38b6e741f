"""API keys: made, checked, rotated and revoked; the secret of each is shown once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from unicodedata import normalize

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR, Actor
from profilegraph.domain.identity import ApiKey
from profilegraph.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from profilegraph.services.access.roles import require_roles
from profilegraph.services.access.rows import checked_rows
from profilegraph.services.commands import ChangeCommand, run_command
from profilegraph.services.duties import require_administrator
from profilegraph.services.identity.secrets import RandomBytes, hash_of, new_id, new_secret
from profilegraph.services.platform import Platform
from profilegraph.storage.identity import keys as storage
from profilegraph.storage.identity.keys import StoredKey
from profilegraph.storage.neo4j.database import Database, Transaction

PREFIX = "pg_"


@dataclass(frozen=True)
class CreateKey(ChangeCommand):
    """A key to make."""

    name: str
    roles: tuple[str, ...] = ()
    """Without any, a machine's are those of an administrator, and an employee's those assigned to them."""
    rows: Mapping[str, Any] | None = None
    """A filter in its JSON form that narrows the rows of the roles."""
    expires_at: datetime | None = None
    employee: str | None = None


@dataclass(frozen=True)
class RotateKey(ChangeCommand):
    """A key to replace by another with the same name, roles, rows and employee."""

    id: str
    grace: timedelta
    """How long the old one is still accepted."""


@dataclass(frozen=True)
class RevokeKey(ChangeCommand):
    """A key to revoke."""

    id: str


@dataclass(frozen=True)
class CreatedKey:
    """A new key and its secret, which is known this once: None if the request was repeated."""

    key: ApiKey
    secret: str | None


async def create(
    platform: Platform,
    command: CreateKey,
    context: CommandContext,
    random_bytes: RandomBytes = secrets.token_bytes,
) -> CreatedKey:
    """Make a key; raises Forbidden unless the actor is an administrator.

    Raises also NotFound if there is no such employee or role, Conflict if the name is another's,
    InvalidInput if the name or the expiry cannot be used, InvalidFilter for the rows.
    """
    require_administrator(context.actor, "make API keys")
    if command.expires_at is not None and command.expires_at <= context.now:
        raise InvalidInput("the key would have expired already.", where="expiresAt")
    rows = None if command.rows is None else await checked_rows(platform, command.rows)
    draft, secret = _draft(command, context.now, random_bytes)

    async def work(transaction: Transaction) -> str:
        return await _create(transaction, replace(draft, rows=rows), secret)

    return await _created(platform, await run_command(platform, command, context, work), secret)


async def rotate(
    platform: Platform,
    command: RotateKey,
    context: CommandContext,
    random_bytes: RandomBytes = secrets.token_bytes,
) -> CreatedKey:
    """Replace a key by another, and let the old one end after its grace.

    The new one is valid as long as the old one was to be. Raises Forbidden unless the actor is an
    administrator, InvalidInput for a grace in the past, NotFound, and Conflict if the key has ended.
    """
    require_administrator(context.actor, "rotate API keys")
    if command.grace < timedelta(0):
        raise InvalidInput("the grace is a time from now on.", where="grace")
    secret, id_ = new_secret(random_bytes, PREFIX), new_id(random_bytes)

    async def work(transaction: Transaction) -> str:
        known = await storage.find_by_id(transaction, command.id)
        if known is None:
            raise _no_key(command.id)
        if reason := _ended(known, context.now):
            raise Conflict(
                f"the key {command.id!r} cannot be rotated: {reason}.", hint="Make a new one."
            )
        old = known.key
        lasts = None if old.expires_at is None else old.expires_at - old.created_at
        expires = None if lasts is None else context.now + lasts
        new = replace(old, id=id_, created_at=context.now, expires_at=expires)
        await _create(transaction, new, secret)
        await storage.end_key_by(transaction, old.id, context.now + command.grace)
        return id_

    return await _created(platform, await run_command(platform, command, context, work), secret)


async def revoke(platform: Platform, command: RevokeKey, context: CommandContext) -> ApiKey:
    """Revoke a key and return it; raises Forbidden unless the actor is an administrator, NotFound."""
    require_administrator(context.actor, "revoke API keys")

    async def work(transaction: Transaction) -> None:
        if not await storage.revoke_key(transaction, command.id, context.now):
            raise _no_key(command.id)

    await run_command(platform, command, context, work)
    return await _key(platform, command.id)


async def keys(platform: Platform, actor: Actor) -> Sequence[ApiKey]:
    """Return all keys, the oldest first; raises Forbidden unless the actor is an administrator."""
    require_administrator(actor, "see API keys")
    return await list_keys(platform.database)


async def create_key(
    database: Database,
    name: str,
    now: datetime,
    expires_at: datetime | None = None,
    random_bytes: RandomBytes = secrets.token_bytes,
    *,
    employee: str | None = None,
    roles: Sequence[str] = (),
) -> str:
    """Make a key for a process of the platform itself, and return its secret.

    Raises NotFound if there is no such employee or role, Conflict if the name is another's,
    InvalidInput if it is invalid.
    """
    command = CreateKey(name, tuple(roles), None, expires_at, employee)
    draft, secret = _draft(command, now, random_bytes)

    async def work(transaction: Transaction) -> None:
        await _create(transaction, draft, secret)

    await database.write(work)
    return secret


async def check_key(database: Database, secret: str, now: datetime) -> ApiKey:
    """Return the key that a secret belongs to.

    Raises Unauthenticated if it is unknown, expired or revoked, or its employee no longer exists;
    only the error's reason says which.
    """
    if not secret.startswith(PREFIX):
        raise _refused("no key")
    found = await storage.find_by_hash(database, hash_of(secret))
    if found is None:
        raise _refused("unknown")
    if reason := _ended(found, now):
        raise _refused(f"{reason} (key {found.key.id})")
    return found.key


async def list_keys(database: Database) -> list[ApiKey]:
    """Return all keys, the oldest first, including revoked ones."""
    return await storage.read_keys(database)


async def revoke_key(database: Database, key_id: str, now: datetime) -> None:
    """Revoke a key of a process of the platform itself; raises NotFound."""

    async def work(transaction: Transaction) -> None:
        if not await storage.revoke_key(transaction, key_id, now):
            raise _no_key(key_id)

    await database.write(work)


def key_state(key: ApiKey, now: datetime) -> str:
    """Return whether a key is good, expired or revoked."""
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= now else "good"


def _draft(command: CreateKey, now: datetime, random_bytes: RandomBytes) -> tuple[ApiKey, str]:
    secret = new_secret(random_bytes, PREFIX)
    roles = tuple(dict.fromkeys(command.roles))
    draft = ApiKey(
        new_id(random_bytes),
        _name(command.name),
        now,
        roles,
        command.employee,
        expires_at=command.expires_at,
        own_roles=bool(roles),
    )
    return draft, secret


async def _create(transaction: Transaction, key: ApiKey, secret: str) -> str:
    for bearer in await storage.bearers(transaction, key.name):
        _require_same(key.name, bearer, key.employee)
    if key.own_roles:
        await require_roles(transaction, key.roles)
    if not await storage.create_key(transaction, key, hash_of(secret)):
        raise NotFound(
            f"no employee has the key {key.employee!r}.",
            hint="`profilegraph import` brings employees from a file.",
            where="employee",
        )
    return key.id


async def _created(platform: Platform, key_id: str, secret: str) -> CreatedKey:
    key = await _key(platform, key_id)
    new = await storage.find_by_hash(platform.database, hash_of(secret))
    return CreatedKey(key, None if new is None else secret)


async def _key(platform: Platform, key_id: str) -> ApiKey:
    for key in await list_keys(platform.database):
        if key.id == key_id:
            return key
    raise _no_key(key_id)


def _ended(found: StoredKey, now: datetime) -> str:
    """Return why a key is not accepted; an empty text if it is."""
    if not found.employed:
        # Whose employee is gone is nobody's, and must not become a machine's.
        return "its employee is gone"
    state = key_state(found.key, now)
    return "" if state == "good" else f"it is {state}"


def _name(text: str) -> str:
    """Return a text as the name of a key; raises InvalidInput, or Conflict if it is the operator's."""
    name = normalize("NFC", text).strip()
    if not name or not name.isprintable():
        raise InvalidInput("the name of a key is a line of visible letters.", where="name")
    if name == OPERATOR.name:
        raise Conflict(
            f"{name!r} is whoever runs the deployment.", hint="Choose another name.", where="name"
        )
    return name


def _require_same(name: str, known: str | None, employee: str | None) -> None:
    if known != employee:
        whose = "a machine's" if known is None else f"of the employee {known!r}"
        raise Conflict(
            f"another key has the name {name!r}, {whose}: this one would have its segments.",
            hint="Choose another name (`profilegraph key list` shows those taken);"
            " `profilegraph segment share --owner` hands segments over.",
            where="name",
        )


def _no_key(key_id: str) -> NotFound:
    return NotFound(f"no API key has the id {key_id!r}.", hint="See `profilegraph key list`.")


def _refused(reason: str) -> Unauthenticated:
    return Unauthenticated(
        "the API key is unknown, expired or revoked.",
        hint="Send `Authorization: Bearer pg_…`; `profilegraph key create` makes a key.",
        reason=reason,
    )
