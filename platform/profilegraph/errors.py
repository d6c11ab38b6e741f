"""The errors that profilegraph expects: each has a stable code, a message, a place and a hint.

A code is stable: clients branch on it, the message is for people. Whatever is raised and is not
one of these is a bug, and is masked at the edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class ProfilegraphError(Exception):
    """An expected failure with a stable code, the place it happened and what to do about it."""

    code: ClassVar[str] = "INTERNAL"
    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "", where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where

    def __str__(self) -> str:
        """Return the whole sentence: where, what is wrong, what to do."""
        return f"{self.located_message} {self.hint}" if self.hint else self.located_message

    @property
    def located_message(self) -> str:
        """Return where and what is wrong, without what to do."""
        return f"{self.where}: {self.message}" if self.where else self.message


class InvalidInput(ProfilegraphError):
    """A value that was given cannot be used as it is."""

    code = "INVALID_INPUT"


class InvalidFilter(InvalidInput):
    """A segment filter is malformed, too large, or asks for something that does not exist."""

    code = "INVALID_FILTER"


class NoHistory(InvalidInput):
    """The past is asked for something of which only the present is kept."""

    code = "NO_HISTORY"


class InvalidTaxonomy(InvalidInput):
    """A taxonomy file has faults; every one of them is listed, each with file and line."""

    code = "INVALID_TAXONOMY"

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class InvalidConfiguration(ProfilegraphError):
    """A setting or an environment variable has a value that cannot be used."""

    code = "INVALID_CONFIGURATION"
    exit_status = 2


class NotFound(ProfilegraphError):
    """Something was named that is not there."""

    code = "NOT_FOUND"


class Conflict(ProfilegraphError):
    """The change contradicts what is stored, or another change came first."""

    code = "CONFLICT"


class UnreadableRecord(ProfilegraphError):
    """Something that is stored is not what its kind of record can be; the rest can be read."""

    code = "RECORD_UNREADABLE"


class BrokenSegment(Conflict):
    """A saved segment names what is not there any more, and cannot be asked until that is."""

    code = "SEGMENT_BROKEN"


class Unauthenticated(ProfilegraphError):
    """Nobody is authenticated: no key, session or token was given, or it is not valid.

    The `reason` is for the operator's log: whoever asks is not told more than that.
    """

    code = "UNAUTHENTICATED"

    def __init__(self, message: str, *, hint: str = "", where: str = "", reason: str = "") -> None:
        super().__init__(message, hint=hint, where=where)
        self.reason = reason


class Forbidden(ProfilegraphError):
    """Whoever asks is known, and may not do this."""

    code = "FORBIDDEN"


class CrossSiteRequest(Forbidden):
    """A browser sends its session for a page of another site."""

    code = "CROSS_SITE_REQUEST"


class SubscriptionLimit(ProfilegraphError):
    """The key has as many subscriptions open as it may have."""

    code = "TOO_MANY_SUBSCRIPTIONS"


class QueryTooExpensive(ProfilegraphError):
    """The request would cost more than one request may; nothing of what is too much was begun."""

    code = "QUERY_TOO_EXPENSIVE"


class QueryTimeout(ProfilegraphError):
    """The computation of an answer took longer than it may, and was ended."""

    code = "QUERY_TIMEOUT"


class Overloaded(ProfilegraphError):
    """More wait for their turn than can be served soon."""

    code = "OVERLOADED"

    def __init__(
        self, message: str, *, hint: str = "", where: str = "", retry_after: int = 1
    ) -> None:
        super().__init__(message, hint=hint, where=where)
        self.retry_after = retry_after
        """Seconds to wait before the request is sent again."""


class RateLimited(Overloaded):
    """The key has used up what its requests may cost in this time."""

    code = "RATE_LIMITED"


class UnknownDocument(ProfilegraphError):
    """A document was named by an id that the manifest does not have."""

    code = "UNKNOWN_DOCUMENT"


class UntrustedDocument(ProfilegraphError):
    """A document is not in the manifest, and only those are answered."""

    code = "UNTRUSTED_DOCUMENT"


class InvalidDocuments(ProfilegraphError):
    """Documents of a front end have faults; every one of them is listed, each with file and line."""

    code = "INVALID_DOCUMENTS"

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class OperatorError(ProfilegraphError):
    """Something that whoever runs the platform has to mend; its place is told to nobody else."""


class DatabaseUnavailable(OperatorError):
    """No database answers at the configured address."""

    code = "DATABASE_UNAVAILABLE"


class DatabaseFailed(DatabaseUnavailable):
    """The database answers that it cannot go on until it is started anew, as after a full disk."""


class DatabaseTimeout(OperatorError):
    """The database did not finish in time; nothing of the call is committed unless it says so."""

    code = "DATABASE_TIMEOUT"


class DatabaseBusy(OperatorError):
    """The database could not finish for what others do; the call was tried again, in vain."""

    code = "DATABASE_BUSY"


DATABASE_AWAY = (DatabaseUnavailable, DatabaseTimeout, DatabaseBusy)
"""What passes by itself: the database is away or too busy, whatever it was asked."""


class DatabaseRefused(OperatorError):
    """The database rejects the user, the password, or the right to do this."""

    code = "DATABASE_REFUSED"


class SchemaBehind(OperatorError):
    """The database lacks migrations that this profilegraph needs."""

    code = "SCHEMA_BEHIND"


class SchemaAhead(OperatorError):
    """The database was migrated by a newer profilegraph than this one."""

    code = "SCHEMA_AHEAD"


class SchemaChanged(OperatorError):
    """A migration that was applied differs from the file that carries its number."""

    code = "SCHEMA_CHANGED"


class StorageFailed(OperatorError):
    """A file or folder of the platform cannot be read or written."""

    code = "STORAGE_FAILED"


class EmbeddedServerError(OperatorError):
    """The embedded Neo4j cannot be fetched, started or stopped."""

    code = "EMBEDDED_SERVER"


class EmbeddedJarsUnreachable(EmbeddedServerError):
    """The jars of the embedded Neo4j are not here and cannot be fetched."""

    code = "EMBEDDED_JARS_UNREACHABLE"


class EmbeddedJarAltered(EmbeddedServerError):
    """A jar that was fetched is not the one that profilegraph was made with."""

    code = "EMBEDDED_JAR_ALTERED"


class EmbeddedDiskFull(EmbeddedServerError):
    """There is no room for the jars or for the database."""

    code = "EMBEDDED_DISK_FULL"


class EmbeddedPortTaken(EmbeddedServerError):
    """Another program listens on the port that the embedded Neo4j is set to use."""

    code = "EMBEDDED_PORT_TAKEN"


class EmbeddedDataNewer(EmbeddedServerError):
    """The data was written by a newer Neo4j than the embedded one."""

    code = "EMBEDDED_DATA_NEWER"


class EmbeddedMemory(EmbeddedServerError):
    """The memory is too small for the heap and page cache of the embedded Neo4j."""

    code = "EMBEDDED_MEMORY"


class EmbeddedPasswordLost(EmbeddedServerError):
    """The server runs, but the file that holds its password is gone or empty."""

    code = "EMBEDDED_PASSWORD_LOST"


class PluginError(ProfilegraphError):
    """A plugin cannot be loaded, or broke the contract of a hook."""

    code = "PLUGIN"


class ProviderUnavailable(OperatorError):
    """The identity provider does not answer, or not as OpenID Connect says."""

    code = "IDENTITY_PROVIDER_UNAVAILABLE"


class IndexUnable(ProfilegraphError):
    """The index cannot answer this; Neo4j is asked instead."""

    code = "INDEX_UNABLE"
