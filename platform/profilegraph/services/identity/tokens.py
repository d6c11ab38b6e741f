"""Tokens of an OpenID Connect provider: verified, and who they stand for."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from profilegraph.config import Settings
from profilegraph.domain.identity import AuthenticationMethod, Principal, roles_in_force
from profilegraph.domain.texts import normal_key
from profilegraph.errors import NotFound, Unauthenticated
from profilegraph.services.identity.employees import employee_with_author
from profilegraph.services.identity.provider import IdentityProvider
from profilegraph.storage.neo4j.database import Database

ALGORITHMS = frozenset(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512))
"""Signatures by a private key alone: with none, or with a shared secret, anybody could sign."""
LEEWAY_SECONDS = 60
_LONGEST = 16_384
_NO_TOKEN = "the token is not valid."  # noqa: S105  (it says what is wrong with one)


class TokenVerifier:
    """Verifies the tokens of a provider, and finds the employees that they stand for."""

    def __init__(self, provider: IdentityProvider, database: Database, settings: Settings) -> None:
        self.provider = provider
        self._database = database
        self._audience = settings.oidc_audience or provider.client_id
        self._employee_claim = settings.oidc_employee_claim
        self._roles_claim = settings.oidc_roles_claim
        self._roles = settings.oidc_roles

    async def bearer(self, token: str, now: datetime) -> Principal:
        """Return whom a bearer token stands for; raises Unauthenticated, ProviderUnavailable."""
        claims = await self._verified(token, self._audience, now)
        key, roles = self._employee(claims), self._own_roles(claims)
        try:
            employee = await employee_with_author(self._database, key)
        except NotFound as fault:
            raise _refused(f"{self._employee_claim} is the key of no employee") from fault
        return Principal(
            f"{self.provider.issuer} {claims['sub']}",
            employee.author or key,
            AuthenticationMethod.TOKEN,
            roles_in_force(roles, key, employee.roles),
            key,
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        )

    async def signed_in(self, token: str, nonce: str, now: datetime) -> tuple[str, tuple[str, ...]]:
        """Return the key of the employee of an ID token, and the roles that it names.

        Raises Unauthenticated, also unless it answers the sign-in with this nonce.
        """
        client = self.provider.client_id
        claims = await self._verified(token, client, now)
        if claims.get("nonce") != nonce:
            raise _refused("nonce is that of another sign-in")
        if claims.get("azp", client) != client:
            raise _refused("azp is another client")
        return self._employee(claims), self._own_roles(claims)

    async def _verified(self, token: str, audience: str, now: datetime) -> Mapping[str, Any]:
        from joserfc import jwt
        from joserfc.errors import JoseError

        header = _header(token)
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS or not isinstance(kid, str | None):
            raise _refused("algorithm is not accepted")
        key = await self.provider.signing_key(kid, algorithm)
        rules = jwt.JWTClaimsRegistry(
            int(now.timestamp()),
            LEEWAY_SECONDS,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            claims = jwt.decode(token, key, algorithms=[algorithm]).claims
            rules.validate(claims)
            datetime.fromtimestamp(claims["exp"], UTC)
        except JoseError as fault:
            raise _refused(f"{fault.error}: {getattr(fault, 'claim', '')}".rstrip(": ")) from fault
        except (ValueError, TypeError, OverflowError, OSError, RecursionError) as fault:
            raise _refused("it is malformed") from fault
        return claims

    def _employee(self, claims: Mapping[str, Any]) -> str:
        value = _claim(claims, self._employee_claim)
        if not isinstance(value, str) or not value:
            raise _refused(f"it has no {self._employee_claim}")
        if self._employee_claim == "email" and claims.get("email_verified") is not True:
            # Where people enter their own address, anybody could enter a colleague's.
            raise _refused("email is not verified")
        try:
            return normal_key(value).strip()
        except ValueError as fault:
            raise _refused(f"{self._employee_claim} is no text") from fault

    def _own_roles(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the roles that a token names; raises Unauthenticated if it should name some."""
        if self._roles_claim is None:
            return ()
        value = _claim(claims, self._roles_claim)
        values = {value} if isinstance(value, str) else set(map(str, value or ()))
        found = tuple(dict.fromkeys(role for one, role in self._roles if one in values))
        if not found:
            raise _refused(f"{self._roles_claim} names no role")
        return found


def _header(token: str) -> Mapping[str, Any]:
    header: object = None
    if len(token) <= _LONGEST and token.count(".") == 2:
        text = token.partition(".")[0]
        with suppress(ValueError, RecursionError):
            header = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    if not isinstance(header, dict):
        raise _refused("it is no signed token")
    return header


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """Return a claim by its name, or by the path to it."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _refused(reason: str) -> Unauthenticated:
    return Unauthenticated(
        _NO_TOKEN, hint="Get a new token from the identity provider.", reason=f"token: {reason}"
    )
