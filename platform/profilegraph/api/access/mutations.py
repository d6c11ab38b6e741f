"""Mutations on roles, for administrators."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from profilegraph.api.access.types import Role
from profilegraph.api.customers.inputs import LabelsInput
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import Permission, RowAccess
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.idempotency import IdempotencyKey, command_context
from profilegraph.api.runtime.permissions import requires
from profilegraph.services.access import roles
from profilegraph.services.access.roles import AssignRoles, DeleteRole, SaveRole

RoleKey = Annotated[str, strawberry.argument(description="Key of the role.")]


@object_type
class AccessMutation:
    """Mutations on roles, for administrators."""

    @field
    @requires(Permission.ADMINISTER)
    async def save_role(
        self,
        info: Info,
        key: RoleKey,
        permissions: Annotated[
            list[Permission], strawberry.argument(description="What it permits.")
        ],
        rows: Annotated[
            RowAccess, strawberry.argument(description="For which customers.")
        ] = RowAccess.ALL,
        filter: Annotated[
            JSON | None,
            strawberry.argument(description="For rows by FILTER, the filter in its JSON form."),
        ] = None,
        labels: Annotated[
            LabelsInput | None, strawberry.argument(description="What people call it.")
        ] = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Role:
        """Saves a role, or replaces it; it takes effect within seconds."""
        named = {} if labels is None else labels.labels().model_dump()
        command = SaveRole(
            key,
            tuple(permissions),
            rows,
            filter,
            named.get("zh_cn"),
            named.get("en"),
        )
        context = info.context
        requester = command_context(context, idempotency_key)
        await roles.save_role(context.platform, command, requester)
        saved = {one.key: one for one in await roles.roles(context.platform)}
        return Role.of(saved[key])

    @field
    @requires(Permission.ADMINISTER)
    async def delete_role(
        self, info: Info, key: RoleKey, idempotency_key: IdempotencyKey = None
    ) -> strawberry.ID:
        """Deletes a role that nobody has, and returns its key."""
        requester = command_context(info.context, idempotency_key)
        deleted = await roles.delete_role(info.context.platform, DeleteRole(key), requester)
        return strawberry.ID(deleted)

    @list_field
    @requires(Permission.ADMINISTER)
    async def assign_roles(
        self,
        info: Info,
        employee: Annotated[str, strawberry.argument(description="Key of the employee.")],
        roles_: Annotated[
            list[str],
            strawberry.argument(
                name="roles", description="Keys of the roles, in place of those that they had."
            ),
        ],
        idempotency_key: IdempotencyKey = None,
    ) -> list[str]:
        """Assigns roles to an employee, and returns their keys."""
        command = AssignRoles(employee, tuple(roles_))
        requester = command_context(info.context, idempotency_key)
        return [*await roles.assign_roles(info.context.platform, command, requester)]
