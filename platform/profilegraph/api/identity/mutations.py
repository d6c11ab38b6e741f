"""Mutations on API keys and sessions, for administrators."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import strawberry

from profilegraph.api.identity.types import ApiKey, CreatedApiKey
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.idempotency import IdempotencyKey, command_context
from profilegraph.api.runtime.permissions import requires
from profilegraph.api.segments.filters import FilterInput
from profilegraph.domain.access import Permission
from profilegraph.errors import InvalidInput
from profilegraph.language.codec import encode
from profilegraph.language.nodes import Node as Condition
from profilegraph.services.identity import keys, sessions
from profilegraph.services.identity.keys import CreateKey, RevokeKey, RotateKey
from profilegraph.services.identity.sessions import EndSessions

MOST_GRACE_HOURS = 24 * 90
NO_ROLES: list[str] = []
KeyOfKey = Annotated[str, strawberry.argument(description="The key of the API key.")]


@object_type
class IdentityMutation:
    """Mutations on API keys and sessions, for administrators."""

    @field
    @requires(Permission.ADMINISTER)
    async def create_api_key(
        self,
        info: Info,
        name: Annotated[
            str,
            strawberry.argument(description="Its name, the author of what is changed with it."),
        ],
        roles: Annotated[
            list[str],
            strawberry.argument(
                description=(
                    "Keys of its roles. Without any, a machine's key has the role `admin`, and an "
                    "employee's follows the roles of the employee."
                )
            ),
        ] = NO_ROLES,
        rows: Annotated[
            Condition | None,
            strawberry.argument(
                description="A filter that narrows the customers of its roles; by default none.",
                graphql_type=FilterInput | None,
            ),
        ] = None,
        employee: Annotated[
            str | None,
            strawberry.argument(
                description="Key of the employee who holds it; null for a machine."
            ),
        ] = None,
        expires_at: Annotated[
            datetime | None,
            strawberry.argument(description="When it expires; by default never."),
        ] = None,
        idempotency_key: IdempotencyKey = None,
    ) -> CreatedApiKey:
        """Makes an API key and answers with its secret, this once.

        Only for administrators.
        """
        context = info.context
        filter_ = None if rows is None else encode(rows)
        command = CreateKey(name, tuple(roles), filter_, expires_at, employee)
        requester = command_context(context, idempotency_key)
        return CreatedApiKey.of(await keys.create(context.platform, command, requester))

    @field
    @requires(Permission.ADMINISTER)
    async def rotate_api_key(
        self,
        info: Info,
        key: KeyOfKey,
        grace_hours: Annotated[
            float,
            strawberry.argument(description="Hours for which the old secret is still accepted."),
        ] = 24.0,
        idempotency_key: IdempotencyKey = None,
    ) -> CreatedApiKey:
        """Replaces an API key by one with another secret, and the same name, roles, rows and employee.

        Only for administrators.
        """
        if not 0 <= grace_hours <= MOST_GRACE_HOURS:
            raise InvalidInput(f"give 0 to {MOST_GRACE_HOURS} hours.", where="graceHours")
        context = info.context
        command = RotateKey(key, timedelta(hours=grace_hours))
        requester = command_context(context, idempotency_key)
        return CreatedApiKey.of(await keys.rotate(context.platform, command, requester))

    @field
    @requires(Permission.ADMINISTER)
    async def revoke_api_key(
        self, info: Info, key: KeyOfKey, idempotency_key: IdempotencyKey = None
    ) -> ApiKey:
        """Revokes an API key; it is refused within seconds.

        Only for administrators.
        """
        context = info.context
        requester = command_context(context, idempotency_key)
        return ApiKey.of(await keys.revoke(context.platform, RevokeKey(key), requester))

    @field
    @requires(Permission.ADMINISTER)
    async def end_sessions(
        self,
        info: Info,
        key: Annotated[
            str | None, strawberry.argument(description="Key of one session; or give an employee.")
        ] = None,
        employee: Annotated[
            str | None,
            strawberry.argument(description="Key of the employee whose sessions all end."),
        ] = None,
        idempotency_key: IdempotencyKey = None,
    ) -> int:
        """Ends sessions of browsers, and answers how many; they are refused within seconds.

        Only for administrators.
        """
        context = info.context
        requester = command_context(context, idempotency_key)
        return await sessions.end_sessions(context.platform, EndSessions(key, employee), requester)
