"""Who asks, however they authenticated: by an API key, a session of a browser, or a token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from profilegraph.domain.access import EMPLOYEE_ROLES, MACHINE_ROLES
from profilegraph.domain.duties import Actor


class AuthenticationMethod(StrEnum):
    """How somebody authenticated."""

    API_KEY = "API_KEY"
    SESSION = "SESSION"
    TOKEN = "TOKEN"  # noqa: S105  (no secret, but how one is given)


@dataclass(frozen=True)
class Principal:
    """An authenticated person or machine."""

    id: str
    """Identifies what it authenticated with: the key, the session, or the token's issuer and subject."""
    name: str
    """The name of the author of changes."""
    method: AuthenticationMethod
    roles: tuple[str, ...]
    """Keys of the roles; without any, nothing is permitted."""
    employee: str | None = None
    """Key of the employee; None for a machine."""
    expires_at: datetime | None = None
    rows: Mapping[str, Any] | None = None
    """A filter in its JSON form that narrows the rows of the roles; None narrows nothing."""

    @property
    def administrator(self) -> bool:
        """Return whether it has the role `admin`, for which duties are no bounds."""
        return "admin" in self.roles

    @property
    def actor(self) -> Actor:
        """Return the author of its changes."""
        return Actor(self.name, self.employee, self.administrator)


@dataclass(frozen=True)
class ApiKey:
    """An API key without its secret."""

    id: str
    name: str
    created_at: datetime
    roles: tuple[str, ...]
    """Keys of the roles that it has: its own, or those of its kind of holder."""
    employee: str | None = None
    """Key of the employee that it belongs to; None for a machine's key."""
    rows: Mapping[str, Any] | None = None
    """A filter in its JSON form that narrows the rows of the roles."""
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_on: date | None = None
    """The day, in UTC, on which it was used last."""
    own_roles: bool = False
    """Whether the roles are its own; if not, they follow those of the employee."""

    @property
    def principal(self) -> Principal:
        """Return who authenticates with it."""
        return Principal(
            self.id,
            self.name,
            AuthenticationMethod.API_KEY,
            self.roles,
            self.employee,
            self.expires_at,
            self.rows,
        )


@dataclass(frozen=True)
class BrowserSession:
    """A signed-in browser of an employee."""

    id: str
    employee: str
    created_at: datetime
    seen_at: datetime
    """When it was used last, to the minute or so."""
    expires_at: datetime
    roles: tuple[str, ...]
    """Keys of the roles that it has: those that an identity provider named, or the employee's."""
    author: str
    """The name of the author of its changes."""
    provider: str | None = None
    """The issuer who vouched for the employee; None for a sign-in link."""

    @property
    def principal(self) -> Principal:
        """Return who authenticates with it."""
        return Principal(
            self.id,
            self.author,
            AuthenticationMethod.SESSION,
            self.roles,
            self.employee,
            self.expires_at,
        )


def roles_in_force(
    own: Sequence[str], employee: str | None, assigned: Sequence[str]
) -> tuple[str, ...]:
    """Return the roles of a key or session: its own, else those of the employee, else the usual ones.

    `assigned` are those assigned to the employee.
    """
    if own:
        return tuple(own)
    if employee is None:
        return MACHINE_ROLES
    return tuple(assigned) or EMPLOYEE_ROLES
