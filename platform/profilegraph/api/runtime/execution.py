"""Execution by graphql-core within the budget of an answer, and piece by piece.

No resolver runs once the budget is exceeded. Long lists are completed in pieces, between which the
event loop serves others.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any, TypeAlias

from graphql import GraphQLLeafType, GraphQLObjectType

from profilegraph.api.runtime.estimate import Budget
from profilegraph.api.runtime.internals import FieldDetails, StrawberryGraphQLCoreExecutionContext

Fields: TypeAlias = list[FieldDetails]
PIECE = 16
"""Items of a list that are completed at once."""
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

    def complete_list_value(
        self,
        return_type: Any,
        field_details_list: Fields,
        info: Any,
        path: Any,
        result: Any,
        at: Any,
    ) -> Any:
        """Return the items of a list, completed; of a long one, piece by piece."""
        if type(result) in (list, tuple) and len(result) > PIECE:
            result = self._in_pieces(result)
        return super().complete_list_value(return_type, field_details_list, info, path, result, at)

    async def _in_pieces(self, items: Sequence[Any]) -> AsyncIterator[Any]:
        for place, item in enumerate(items):
            if place and place % PIECE == 0:
                await self.pause()
            yield item

    async def pause(self) -> None:
        """Let others have the event loop before the next piece of a list."""
        pause = getattr(self.context_value, "pause", None)
        await (asyncio.sleep(0) if pause is None else pause())

    def complete_leaf_value(self, return_type: GraphQLLeafType, result: Any) -> Any:  # type: ignore[override]  # called on the executor, too
        """Return a completed value after counting its length."""
        value = super().complete_leaf_value(return_type, result)
        if not return_type.name.startswith("__"):
            self.budget.write(value)
        return value
