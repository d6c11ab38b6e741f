"""The one door: says who asks, whatever they show, and remembers it for a few seconds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import sha256
from time import monotonic

import structlog
from cachetools import TLRUCache
from starlette.requests import HTTPConnection

from profilegraph.domain.identity import Principal
from profilegraph.errors import Unauthenticated
from profilegraph.web.identity.credentials import Credential, credential_of

CACHE_SECONDS = 5.0
MOST_CACHED = 1_000
OnFailure = Callable[[str, Unauthenticated], None]
"""Is told by which method somebody was not let in, and why."""
_log = structlog.get_logger()


class Authenticator:
    """Recently authenticated principals; what is revoked stays valid for the cache time at most."""

    def __init__(
        self,
        check: Callable[[Credential], Awaitable[Principal]],
        *,
        public_url: str | None = None,
        on_success: Callable[[Principal], None] | None = None,
        on_failure: OnFailure | None = None,
        seconds: float = CACHE_SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Take what checks a credential; the callbacks are told of each use, and of each refusal."""
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
        until = self._clock() + self._seconds  # from before the check: it may be revoked meanwhile
        try:
            principal = await self._check(credential)
        except Unauthenticated as error:
            _log.warning("unauthenticated", method=credential.method.value, reason=error.reason)
            if self._on_failure is not None:
                self._on_failure(credential.method.value, error)
            raise
        self._good[digest] = until, principal
        return principal

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
