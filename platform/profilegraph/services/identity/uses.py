"""When keys and sessions were used last: noted in memory, written now and then."""

from __future__ import annotations

from datetime import datetime, timedelta

from profilegraph.domain.identity import AuthenticationMethod, Principal
from profilegraph.services.identity.sessions import idle_time
from profilegraph.services.platform import Platform
from profilegraph.storage.identity.keys import record_use
from profilegraph.storage.identity.sessions import forget_ended, record_seen

USES = "uses"
"""The name of the routine that writes them."""
PAUSE_SECONDS = 60.0
_KEY_PAUSE = timedelta(hours=1)


class RecordedUses:
    """Writes which keys and sessions of a process were used: of a key the day, once an hour at most."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._keys: set[str] = set()
        self._sessions: set[str] = set()
        self._written: datetime | None = None

    def note(self, principal: Principal) -> None:
        """Note that somebody authenticated."""
        match principal.method:
            case AuthenticationMethod.API_KEY:
                self._keys.add(principal.id)
            case AuthenticationMethod.SESSION:
                self._sessions.add(principal.id)

    async def round(self, now: datetime) -> None:
        """Write what was noted, and delete sessions and links that are over."""
        database = self._platform.database
        if self._keys and (self._written is None or now - self._written >= _KEY_PAUSE):
            keys, self._keys, self._written = self._keys, set(), now
            await record_use(database, sorted(keys), now.date())
        if self._sessions:
            seen, self._sessions = self._sessions, set()
            await record_seen(database, sorted(seen), now)
        await forget_ended(database, now, now - idle_time(self._platform))
