"""Execution by graphql-core within the budget of an answer: no resolver runs once it is exceeded."""

from __future__ import annotations

import sys
from typing import Any, TypeAlias

from graphql import GraphQLLeafType, GraphQLObjectType

from profilegraph.api.runtime.estimate import Budget
from profilegraph.api.runtime.internals import FieldDetails, StrawberryGraphQLCoreExecutionContext

Fields: TypeAlias = list[FieldDetails]
_ENDLESS = Budget(sys.maxsize, sys.maxsize)


class LimitedExecutionContext(StrawberryGraphQLCoreExecutionContext):
    """Executes like Strawberry, and counts the answer."""

    @property
    def budget(self) -> Budget:
        """Return the remaining budget; unlimited without a request."""
        budget: Budget = getattr(self.context_value, "budget", _ENDLESS)
        return budget

    def execute_field(
        self, parent_type: GraphQLObjectType, source: Any, fields: Fields, path: Any, at: Any
    ) -> Any:
        """Return the value of a field; None, without running a resolver, once the budget is exceeded."""
        if self.budget.overdrawn:
            return None
        return super().execute_field(parent_type, source, fields, path, at)

    def complete_leaf_value(self, return_type: GraphQLLeafType, result: Any) -> Any:  # type: ignore[override]  # called on the executor, too
        """Return a completed value after counting its length."""
        value = super().complete_leaf_value(return_type, result)
        if not return_type.name.startswith("__"):
            self.budget.write(value)
        return value
