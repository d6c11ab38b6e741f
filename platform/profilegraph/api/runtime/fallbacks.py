"""Counts and logs which parts of requests are left to graphql-core, by reason."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

import structlog

_log = structlog.get_logger(__name__)


class FallbackReason(Enum):
    """Why a part of a request is left to graphql-core; each is a label of a metric."""

    ASYNC_RESOLVER = "async_resolver"
    """A field has to be awaited."""
    NEEDS_REQUEST = "needs_request"
    """A resolver takes the request's info, or is not a method of its object."""
    ABSTRACT_TYPE = "abstract_type"
    """The selected fields depend on the value: an interface or a union."""
    NOT_DECLARED = "not_declared"
    """A type or field was made without Strawberry: by a plugin, or for introspection."""
    INCREMENTAL = "incremental"
    """A part of the answer is deferred."""
    ARGUMENTS = "arguments"
    """An argument cannot be read; graphql-core reports it."""
    UNEXPECTED_VALUE = "unexpected_value"
    """A value is not of its type, or reading it failed; graphql-core reports it."""
    VARIABLES = "variables"
    """A variable has a default, or a value that cannot be read; graphql-core reports the latter."""


class Fallbacks:
    """Counts how often something was left to graphql-core, by reason."""

    def __init__(self) -> None:
        self._counts = {reason.value: 0 for reason in FallbackReason}
        self.counts: Mapping[str, int] = MappingProxyType(self._counts)
        """By reason, including reasons that never occurred."""

    def note(self, reason: FallbackReason, where: str) -> None:
        """Count one at a type, field or operation; the first for each reason is logged."""
        self._counts[reason.value] += 1
        if self._counts[reason.value] == 1:
            _log.info("graphql_fallback", reason=reason.value, where=where)
