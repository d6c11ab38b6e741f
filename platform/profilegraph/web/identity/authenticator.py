"""The one door: says who asks, whatever they show, and remembers it for a few seconds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256
from time import monotonic

import structlog
from cachetools import TLRUCache, TTLCache
from starlette.requests import HTTPConnection

from profilegraph.domain.identity import Principal
from profilegraph.errors import RateLimited, Unauthenticated
from profilegraph.services.limits.rates import RateLimiter
from profilegraph.web.identity.credentials import Credential, credential_of

CACHE_SECONDS = 5.0
MOST_CACHED = 1_000
MOST_FAILURES = 30
"""Credentials and sign-ins that may be refused in a minute, of one address."""
_TOO_MANY = "{:,} keys, tokens or sign-ins from your address were refused within a minute."
_MOST_SEEN, _SEEN_SECONDS = 10_000, 86_400
_log = structlog.get_logger()


class Authenticator:
    """Recently authenticated principals; what is revoked stays valid for the cache time at most."""

    def __init__(
        self,
        check: Callable[[Credential], Awaitable[Principal]],
        *,
        public_url: str | None = None,
        on_success: Callable[[Principal], None] | None = None,
        on_failure: Callable[[Credential], None] | None = None,
        seconds: float = CACHE_SECONDS,
        clock: Callable[[], float] = monotonic,
        failures: RateLimiter | None = None,
    ) -> None:
        """Take what checks a credential; the callbacks are told of each use, and of each refusal.

        `failures` are those of each address, which is asked to wait after too many.
        """
        self._failures = failures or RateLimiter(MOST_FAILURES, _TOO_MANY)
        self._seen: TTLCache[bytes, None] = TTLCache(_MOST_SEEN, _SEEN_SECONDS)
        """Digests of what was good lately: its owners wait for nobody else's failures."""
        self._check = check
        self._public_url = public_url
        self._on_success = on_success
        self._on_failure = on_failure
        self._seconds = seconds
        self._clock = clock
        self._good: TLRUCache[bytes, tuple[float, Principal]] = TLRUCache(
            MOST_CACHED, lambda _, good, __: good[0], clock
        )
        """By digest: the expiry of the entry, and the principal."""

    def credential(self, connection: HTTPConnection) -> Credential | None:
        """Return what a connection shows, if anything; raises CrossSiteRequest."""
        return credential_of(connection, self._public_url)

    async def of(self, connection: HTTPConnection) -> Principal:
        """Return who asks; raises Unauthenticated, CrossSiteRequest."""
        return await self(self.credential(connection))

    async def __call__(self, credential: Credential | None, *, used: bool = True) -> Principal:
        """Return who shows a credential; raises Unauthenticated if it is missing or invalid.

        What only looks whether it is still valid does not use it: an open socket keeps no session.
        """
        principal = await self._principal(credential)
        if used and self._on_success is not None:
            self._on_success(principal)
        return principal

    async def _principal(self, credential: Credential | None) -> Principal:
        if credential is None:
            raise Unauthenticated(
                "the request carries no API key.",
                hint="Send the header `Authorization: Bearer pg_…`; `profilegraph key create` makes a key.",
            )
        digest = sha256(f"{credential.method}:{credential.secret}".encode()).digest()
        known = self._good.get(digest)
        if known is not None:
            return known[1]
        if digest not in self._seen:
            self.refuse_guessing(credential.address)
        until = self._clock() + self._seconds  # from before the check: it may be revoked meanwhile
        try:
            principal = await self._check(credential)
        except Unauthenticated as error:
            _log.warning("unauthenticated", method=credential.method.value, reason=error.reason)
            self.note_failure(credential.address)
            if self._on_failure is not None:
                self._on_failure(credential)
            raise
        self._good[digest] = until, principal
        self._seen[digest] = None
        return principal

    def refuse_guessing(self, address: str) -> None:
        """Raise RateLimited if too much from an address has been refused in the last minute."""
        self._failures.refuse_exhausted(address)

    def note_failure(self, address: str) -> None:
        """Count something from an address that was refused."""
        with suppress(RateLimited):
            self._failures.take(address, 1)

    async def require_same(self, credential: Credential | None, viewer: Principal) -> None:
        """Raise Unauthenticated unless a credential is still that of a principal with the same roles.

        What goes on would otherwise be answered by rights of before.
        """
        if await self(credential, used=False) != viewer:
            raise Unauthenticated(
                "the roles of the key or session have changed.", hint="Begin anew."
            )

    def forget(self, credential: Credential) -> None:
        """Check a credential anew when it is shown next."""
        self._good.pop(sha256(f"{credential.method}:{credential.secret}".encode()).digest(), None)
