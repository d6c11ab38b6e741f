"""Translates errors of the driver into the product's errors."""

from __future__ import annotations

from dataclasses import dataclass

from neo4j.exceptions import (
    AuthError,
    ConnectionPoolError,
    ConstraintError,
    DatabaseError,
    Forbidden,
    IncompleteCommit,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)

from profilegraph.errors import (
    Conflict,
    DatabaseBusy,
    DatabaseFailed,
    DatabaseRefused,
    DatabaseTimeout,
    DatabaseUnavailable,
    InvalidInput,
)

_TIMED_OUT = ("TransactionTimedOut", "TransactionTimedOutClientConfiguration")


_FAILED = "Neo.DatabaseError.Transaction."
"""Neo4j's error codes after a failed write of its log: it is unusable until it is restarted."""
_START_ANEW = (
    "Make room on its disk. `profilegraph serve` then starts the embedded database anew by itself;"
    " another one is to be started anew by whoever runs it."
)
_UNKNOWN = (
    "Whether the change was made is not known: look, or send it again with the same idempotencyKey."
)


@dataclass
class Condition:
    """The state of the database as known from failed calls."""

    failed: bool = False
    """Whether it has reported that it is unusable until it is restarted."""
    closed: bool = False
    """Whether its connections were closed."""


def stopped_answering(address: str) -> DatabaseUnavailable:
    """Return the error of a change that was abandoned because the database no longer answers."""
    return DatabaseUnavailable("the database has ceased to answer.", hint=_UNKNOWN, where=address)


def expected(
    fault: Exception, address: str, seconds: float, *, writing: bool = False
) -> Exception | None:
    """Return the product's error for an error of the driver; None if it is a bug.

    For a write, the error says whether the change may have been made.
    """
    match fault:
        case TimeoutError():
            repeat = "Try again; if it stays so, look at the database's log or ask for less."
            return DatabaseTimeout(
                f"the database did not answer within {seconds:g} s.",
                hint=_UNKNOWN if writing else repeat,
                where=address,
            )
        case IncompleteCommit():
            return DatabaseUnavailable(
                "the connection to the database was lost while a change was committed.",
                hint=_UNKNOWN,
                where=address,
            )
        case ConnectionPoolError():
            return _no_connection(seconds)
        case ServiceUnavailable() | SessionExpired():
            return DatabaseUnavailable(
                "no database answers.",
                hint="Start it (`profilegraph db start`), or set NEO4J_URI to where one runs.",
                where=address,
            )
        case DatabaseError() if str(fault.code).startswith(_FAILED):
            return DatabaseFailed(
                "the database cannot go on: its disk is full, or fails.",
                hint=f"{_START_ANEW} {_UNKNOWN}" if writing else _START_ANEW,
                where=address,
            )
        case Neo4jError():
            return _said(fault, address, seconds)
        case _:
            return None


def _said(fault: Neo4jError, address: str, seconds: float) -> Exception | None:
    """Return the error for a response of a working server; the call had no effect."""
    match fault:
        case AuthError() | Forbidden():
            return DatabaseRefused(
                f"the database refused: {fault.message}",
                hint="Check NEO4J_USER and NEO4J_PASSWORD.",
                where=address,
            )
        case ConstraintError():
            return Conflict(f"the graph refuses the change: {fault.message}")
        case _ if str(fault.code).endswith(_TIMED_OUT):
            return DatabaseTimeout(
                f"the database ended the call after {seconds:g} s; nothing of it was kept.",
                hint="Ask for less at once, or raise PROFILEGRAPH_READ_TIMEOUT or _WRITE_TIMEOUT.",
            )
        case _ if str(fault.code).endswith("ArithmeticError"):
            return InvalidInput(
                "what is to be added up comes to more than a number of 64 bits holds.",
                hint="Ask for a part of it, such as the events of a shorter time.",
            )
        case TransientError():
            return DatabaseBusy(
                f"the database could not finish the call: {fault.message}",
                hint="Nothing of it was kept. Try again, with less at once if it stays so.",
                where=address,
            )
        case _:
            return None


def _no_connection(seconds: float) -> DatabaseBusy:
    return DatabaseBusy(
        f"all connections to the database are in use, for longer than {seconds:g} s.",
        hint="Try again. If it stays so, ask for less at once or raise PROFILEGRAPH_POOL_SIZE.",
    )
