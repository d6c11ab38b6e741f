"""Errors of the API: each has a stable code, and bugs reveal nothing.

Errors of the product carry their hint and place; input is named, never repeated; anything else is a
bug, reported as an id that is logged, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import StrawberryInputCoercionError

from profilegraph.errors import OperatorError, Overloaded, ProfilegraphError

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
BAD_USER_INPUT = "BAD_USER_INPUT"
INTERNAL = "INTERNAL"

Formatted = dict[str, Any]
_log = structlog.get_logger()
_QUOTED_VALUE = re.compile(r"^Value .* does not exist in", re.DOTALL)
_SUGGESTED = re.compile(
    r"(?<=\.) Did you mean (?:the enum value )?'\w+'(?:(?:, or |, | or )'\w+')*\?(?=\Z| Found: )",
    re.ASCII,
)
_VALUE_FOLLOWS = re.compile(r"[,;:] found|\. Did you mean|, but encountered error|: ", re.DOTALL)


def refused(error: GraphQLError, new_id: Callable[[], str]) -> Formatted:
    """Return the error of a request that was not executed: syntax, validation, limits, variables."""
    match error.original_error:
        case GraphQLError() as reason:
            return _formatted(error, _of_variable(error, reason), code=BAD_USER_INPUT)
        case Exception():
            return _masked(error, new_id())
        case None:
            parsed = not isinstance(error, GraphQLSyntaxError)
            code = VALIDATION_FAILED if parsed else PARSE_FAILED
            return _formatted(error, error.message, **({"code": code} | (error.extensions or {})))


def failed(error: GraphQLError, new_id: Callable[[], str]) -> Formatted:
    """Return the error of one field; a bug is masked and logged under a new id."""
    cause = error.original_error
    if isinstance(cause, ProfilegraphError):
        if isinstance(cause, OperatorError):
            _log.warning("unable", code=cause.code, reason=str(cause), path=error.path)
        return _formatted(error, cause.message, **described(cause))
    if _blames_argument(error):
        return _formatted(error, value_free(error.message), code=BAD_USER_INPUT)
    return _masked(error, new_id())


def described(error: ProfilegraphError) -> dict[str, Any]:
    """Return the code of an expected error, with its hint, place and seconds to wait if it has them.

    The location of the database or of folders of the platform is not disclosed.
    """
    where = "" if isinstance(error, OperatorError) else error.where
    after = error.retry_after if isinstance(error, Overloaded) else None
    given = {"code": error.code, "hint": error.hint, "where": where, "retryAfter": after}
    return {name: text for name, text in given.items() if text}


def value_free(message: str) -> str:
    """Return graphql-core's message about an invalid value without the value itself.

    Values may be personal data, and error messages end up in the logs of clients.
    """
    named = _QUOTED_VALUE.sub("The value does not exist in", message)
    suggested = _SUGGESTED.search(message)
    said = _VALUE_FOLLOWS.split(named, maxsplit=1)[0].rstrip(".") + "."
    return said + (suggested[0] if suggested else "")


def _of_variable(error: GraphQLError, reason: GraphQLError) -> str:
    return error.message.removesuffix(reason.message) + value_free(reason.message)


def _blames_argument(error: GraphQLError) -> bool:
    cause = error.original_error
    if cause is None:
        return error.message.startswith(("Argument ", "Invalid argument "))
    return isinstance(cause, StrawberryInputCoercionError)


def _masked(error: GraphQLError, error_id: str) -> Formatted:
    _log.error("bug", error_id=error_id, path=error.path, exc_info=error.original_error or error)
    return _formatted(error, f"Internal error {error_id}.", code=INTERNAL, errorId=error_id)


def _formatted(error: GraphQLError, message: str, **extensions: Any) -> Formatted:
    return {**error.formatted, "message": message, "extensions": extensions}
