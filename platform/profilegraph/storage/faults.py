"""What goes wrong with the database, in the product's own errors."""

from __future__ import annotations

from neo4j.exceptions import (
    AuthError,
    ConnectionPoolError,
    ConstraintError,
    DriverError,
    Forbidden,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)

from profilegraph.errors import (
    Conflict,
    DatabaseBusy,
    DatabaseRefused,
    DatabaseTimeout,
    DatabaseUnavailable,
    InvalidInput,
)

_TIMED_OUT = ("TransactionTimedOut", "TransactionTimedOutClientConfiguration")


def expected(fault: Exception, address: str, seconds: float) -> Exception | None:
    """Return the product's error for one of the driver; None where it is a bug."""
    match fault:
        case TimeoutError():
            return DatabaseTimeout(
                f"the database did not answer within {seconds:g} s.",
                hint="Try again; if it stays so, look at the database's log or ask for less.",
                where=address,
            )
        case AuthError() | Forbidden():
            return DatabaseRefused(
                f"the database refused: {fault.message}",
                hint="Check NEO4J_USER and NEO4J_PASSWORD.",
                where=address,
            )
        case ConstraintError():
            return Conflict(f"the graph refuses the change: {fault.message}")
        case Neo4jError() if str(fault.code).endswith(_TIMED_OUT):
            return DatabaseTimeout(
                f"the database ended the call after {seconds:g} s; nothing of it was kept.",
                hint="Ask for less at once, or raise PROFILEGRAPH_READ_TIMEOUT or _WRITE_TIMEOUT.",
            )
        case Neo4jError() if str(fault.code).endswith("ArithmeticError"):
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
        case DriverError():
            return _connection(fault, address, seconds)
        case _:
            return None


def _connection(fault: DriverError, address: str, seconds: float) -> Exception | None:
    match fault:
        case ConnectionPoolError():
            return DatabaseBusy(
                f"all connections to the database are in use, for longer than {seconds:g} s.",
                hint="Try again. If it stays so, ask for less at once or raise PROFILEGRAPH_POOL_SIZE.",
            )
        case ServiceUnavailable() | SessionExpired():
            return DatabaseUnavailable(
                "no database answers.",
                hint="Start it (`profilegraph db start`), or set NEO4J_URI to where one runs.",
                where=address,
            )
        case _:
            return None
