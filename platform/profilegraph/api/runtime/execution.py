"""Execution by graphql-core within the limits of an answer: no resolver is run once it is too large."""

from __future__ import annotations

import sys
from typing import Any, TypeAlias

from graphql import GraphQLLeafType, GraphQLObjectType

from profilegraph.api.runtime.estimate import Budget
from profilegraph.api.runtime.internals import FieldDetails, StrawberryGraphQLCoreExecutionContext

Fields: TypeAlias = list[FieldDetails]
_ENDLESS = Budget(sys.maxsize, sys.maxsize)


class LimitedExecutionContext(StrawberryGraphQLCoreExecutionContext):
    """Executes as Strawberry does, and counts what is answered."""

    @property
    def budget(self) -> Budget:
        """Return how much more may be answered; endless without a request."""
        budget: Budget = getattr(self.context_value, "budget", _ENDLESS)
        return budget

    def execute_field(
        self, parent_type: GraphQLObjectType, source: Any, fields: Fields, path: Any, at: Any
    ) -> Any:
        """Return what a field answers; None, and no resolver is run, once it is too much."""
        if self.budget.overdrawn:
            return None
        return super().execute_field(parent_type, source, fields, path, at)

    def complete_leaf_value(self, return_type: GraphQLLeafType, result: Any) -> Any:  # type: ignore[override]  # called on the executor, too
        """Return a value, completed, after counting how long it is."""
        value = super().complete_leaf_value(return_type, result)
        if not return_type.name.startswith("__"):
            self.budget.write(value)
        return value
