"""Roles as data: saved, deleted, and assigned to employees by administrators."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from profilegraph.domain.access import BUILT_IN_ROLES, Permission, Role, RowAccess
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.refusals import reason, reasons
from profilegraph.domain.values import Key
from profilegraph.errors import Conflict, InvalidInput, NotFound
from profilegraph.nearest import did_you_mean
from profilegraph.services.access.rows import checked_rows
from profilegraph.services.commands import ChangeCommand, run_command
from profilegraph.services.duties import require_administrator
from profilegraph.services.platform import Platform
from profilegraph.storage import access as storage
from profilegraph.storage.feed.change_feed import ChangedPart
from profilegraph.storage.neo4j.database import Transaction

_KEYS = TypeAdapter[str](Key)


@dataclass(frozen=True)
class SaveRole(ChangeCommand):
    """A role to save, or to replace."""

    key: str
    permissions: tuple[Permission, ...]
    rows: RowAccess = RowAccess.ALL
    filter: object = None
    """For `RowAccess.FILTER`, the filter in its JSON form."""
    label_zh: str | None = None
    label_en: str | None = None


@dataclass(frozen=True)
class DeleteRole(ChangeCommand):
    """A role to delete."""

    key: str


@dataclass(frozen=True)
class AssignRoles(ChangeCommand):
    """Roles to assign to an employee in place of others; none leaves those of their keys."""

    employee: str
    roles: tuple[str, ...]


async def roles(platform: Platform) -> Sequence[Role]:
    """Return the built-in roles, then those of the deployment's own by key."""
    return [*BUILT_IN_ROLES.values(), *await storage.list_roles(platform.database)]


async def save_role(platform: Platform, command: SaveRole, context: CommandContext) -> Role:
    """Save a role and return it.

    Raises Forbidden unless the actor is an administrator, Conflict for the key of a built-in role,
    InvalidInput and InvalidFilter.
    """
    require_administrator(context.actor, "save roles")
    key = _role_key(command.key)
    if (command.filter is None) is (command.rows is RowAccess.FILTER):
        raise InvalidInput("give a filter for rows by FILTER, and for no others.", where="filter")
    filter_ = None if command.filter is None else await checked_rows(platform, command.filter)
    labels = {"zh-CN": command.label_zh, "en": command.label_en}
    role = Role(
        key=key,
        permissions=frozenset(command.permissions),
        rows=command.rows,
        filter=filter_,
        labels={locale: text for locale, text in labels.items() if text},
    )

    async def work(transaction: Transaction) -> None:
        await storage.save_role(transaction, role)
        transaction.touch(parts=[ChangedPart.KEYS])

    await run_command(platform, command, context, work)
    return role


async def delete_role(platform: Platform, command: DeleteRole, context: CommandContext) -> str:
    """Delete a role and return its key.

    Raises Forbidden unless the actor is an administrator, Conflict while somebody has it,
    InvalidInput if the key is invalid, NotFound.
    """
    require_administrator(context.actor, "delete roles")
    key = _role_key(command.key)

    async def work(transaction: Transaction) -> str:
        employees, keys = await storage.read_holders(transaction, key)
        if holders := [*employees, *keys]:
            raise Conflict(
                f"the role {key!r} is that of {', '.join(holders)}.",
                hint="Assign them another role first.",
                where="key",
            )
        if not await storage.delete_role(transaction, key):
            raise NotFound(f"no role has the key {key!r}.", where="key")
        return key

    return await run_command(platform, command, context, work)


async def assign_roles(
    platform: Platform, command: AssignRoles, context: CommandContext
) -> Sequence[str]:
    """Assign roles to an employee and return them.

    Raises Forbidden unless the actor is an administrator, NotFound if a role or the employee does
    not exist.
    """
    require_administrator(context.actor, "assign roles")

    async def work(transaction: Transaction) -> list[str]:
        await require_roles(transaction, command.roles)
        if not await storage.assign_roles(transaction, command.employee, command.roles):
            raise NotFound(f"no employee has the key {command.employee!r}.", where="employee")
        transaction.touch(parts=[ChangedPart.KEYS])
        return [*command.roles]

    return await run_command(platform, command, context, work)


async def require_roles(transaction: Transaction, keys: Collection[str]) -> None:
    """Raise NotFound unless each of some roles exists."""
    known = [*BUILT_IN_ROLES, *await storage.read_role_keys(transaction)]
    for key in keys:
        if key not in known:
            raise NotFound(
                f"no role has the key {key!r}.", hint=did_you_mean(key, known), where="roles"
            )


def _role_key(text: str) -> str:
    try:
        key = _KEYS.validate_python(text)
    except ValidationError as fault:
        raise InvalidInput(reason(reasons(fault)[0]) + ".", where="key") from fault
    if key in BUILT_IN_ROLES:
        raise Conflict(f"the role {key!r} is built in.", hint="Choose another key.", where="key")
    return key
