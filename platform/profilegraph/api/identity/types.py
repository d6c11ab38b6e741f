"""GraphQL types of API keys and of sessions of browsers."""

from __future__ import annotations

from datetime import date, datetime

import strawberry
from strawberry.scalars import JSON

from profilegraph.api.customers.organisation import Employee
from profilegraph.api.duties.types import load_employee
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.ids import Node
from profilegraph.api.runtime.permissions import type_requires
from profilegraph.domain import identity as domain
from profilegraph.domain.access import Permission
from profilegraph.services.identity.keys import CreatedKey, key_state


@type_requires(Permission.ADMINISTER)
@object_type
class ApiKey(Node):
    """An API key, without its secret."""

    api_key: strawberry.Private[domain.ApiKey]
    name: str = strawberry.field(description="Its name, the author of what is changed with it.")
    created_at: datetime = strawberry.field(description="When it was made, UTC.")
    expires_at: datetime | None = strawberry.field(description="When it expires, UTC.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked, UTC.")
    last_used_on: date | None = strawberry.field(
        description="The day, in UTC, on which it was used last; null for never."
    )
    own_roles: bool = strawberry.field(
        description="Whether the roles are its own; if not, they follow those of its employee."
    )

    @list_field
    def roles(self) -> list[str]:
        """Keys of the roles that it has."""
        return list(self.api_key.roles)

    @field
    def rows(self) -> JSON | None:
        """A filter, as canonical JSON, that narrows the customers of its roles; null for none."""
        return None if self.api_key.rows is None else JSON(dict(self.api_key.rows))

    @field
    def valid(self, info: Info) -> bool:
        """Whether it is accepted now: it has neither expired nor been revoked."""
        return key_state(self.api_key, info.context.now) == "good"

    @field
    async def employee(self, info: Info) -> Employee | None:
        """The employee who holds it; null for a machine, or if the employee no longer exists."""
        key = self.api_key.employee
        return None if key is None else await load_employee(info, key)

    @classmethod
    def of(cls, one: domain.ApiKey) -> ApiKey:
        """Return the API's view of a key."""
        return cls(
            api_key=one,
            key=one.id,
            name=one.name,
            created_at=one.created_at,
            expires_at=one.expires_at,
            revoked_at=one.revoked_at,
            last_used_on=one.last_used_on,
            own_roles=one.own_roles,
        )


@object_type
class CreatedApiKey:
    """A new API key with its secret."""

    api_key: ApiKey = strawberry.field(description="The key.")
    secret: str | None = strawberry.field(
        description="What is sent as `Authorization: Bearer pg_…`. It is shown this once; null if the "
        "request was repeated."
    )

    @classmethod
    def of(cls, one: CreatedKey) -> CreatedApiKey:
        """Return the API's view of a new key."""
        return cls(api_key=ApiKey.of(one.key), secret=one.secret)


@type_requires(Permission.ADMINISTER)
@object_type
class BrowserSession(Node):
    """A signed-in browser of an employee."""

    session: strawberry.Private[domain.BrowserSession]
    created_at: datetime = strawberry.field(description="When it began, UTC.")
    seen_at: datetime = strawberry.field(
        description="When it was used last, UTC, to the minute or so."
    )
    expires_at: datetime = strawberry.field(description="When it ends at the latest, UTC.")
    provider: str | None = strawberry.field(
        description="The identity provider that vouched for the employee; null for a sign-in link."
    )

    @list_field
    def roles(self) -> list[str]:
        """Keys of the roles that it has."""
        return list(self.session.roles)

    @field
    async def employee(self, info: Info) -> Employee | None:
        """The employee; null if they no longer exist."""
        return await load_employee(info, self.session.employee)

    @classmethod
    def of(cls, one: domain.BrowserSession) -> BrowserSession:
        """Return the API's view of a session."""
        return cls(
            session=one,
            key=one.id,
            created_at=one.created_at,
            seen_at=one.seen_at,
            expires_at=one.expires_at,
            provider=one.provider,
        )
