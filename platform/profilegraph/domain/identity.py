"""Who asks, however they authenticated: by an API key, a session of a browser, or a token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

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
