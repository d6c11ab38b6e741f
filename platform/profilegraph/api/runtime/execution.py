"""Execution by graphql-core within the budget of an answer, and piece by piece.

No resolver runs once the budget is exceeded. Long lists are completed in pieces, between which the
event loop serves others.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from time import perf_counter
from typing import Any, TypeAlias

from graphql import GraphQLLeafType, GraphQLObjectType, OperationType

from profilegraph.api.runtime.estimate import Budget
from profilegraph.api.runtime.internals import FieldDetails, StrawberryGraphQLCoreExecutionContext

Fields: TypeAlias = list[FieldDetails]
PIECE = 16
"""Items of a list that are completed without a pause."""
SLICE_SECONDS = 0.002
"""How long a longer list is completed before others are served."""
GROUP = 128
"""Items of a list whose reads begin at once."""
_ENDLESS = Budget(sys.maxsize, sys.maxsize)


class LimitedExecutionContext(StrawberryGraphQLCoreExecutionContext):
    """Executes like Strawberry, and counts the answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._groups: dict[int, tuple[list[Any], list[asyncio.Future[None]]]] = {}
        """Of each long list, by identity: the list, and when each group but the first may begin."""

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

    def execute_operation(self, serially: bool | None = None) -> Any:
        """Return the result; one event of a subscription waits for its turn first."""
        turn = getattr(self.context_value, "turn", None)
        if turn is None or self.operation.operation is not OperationType.SUBSCRIPTION:
            return super().execute_operation(serially)
        return self._execute_event(turn)

    async def _execute_event(self, turn: Callable[[], AbstractAsyncContextManager[None]]) -> Any:
        async with turn():
            result = super().execute_operation(serially=False)
            return await result if self.is_awaitable(result) else result

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
            result = self.in_pieces(result)
        return super().complete_list_value(return_type, field_details_list, info, path, result, at)

    def complete_list_item_value(
        self, item: Any, complete_results: list[Any], *rest: Any, **named: Any
    ) -> bool:
        """Append an item, completed, and return whether it is to be awaited.

        Of a long list, these begin in groups: within one, what they read is read at once.
        """
        awaited = super().complete_list_item_value(item, complete_results, *rest, **named)
        group = (len(complete_results) - 1) // GROUP
        if awaited and group:
            began = self._groups.setdefault(id(complete_results), (complete_results, []))[1]
            while len(began) < group:
                before = began[-1] if began else None
                began.append(asyncio.ensure_future(self._begin_group(before)))
            complete_results[-1] = _after(began[group - 1], complete_results[-1])
        return awaited

    async def _begin_group(self, before: asyncio.Future[None] | None) -> None:
        if before is not None:
            await before
        await self.pause()

    async def in_pieces(self, items: Sequence[Any]) -> AsyncIterator[Any]:
        """Yield the items of a long list, and let others have the event loop in between."""
        since = perf_counter()
        for item in items:
            if perf_counter() - since > SLICE_SECONDS:
                await self.pause()
                since = perf_counter()
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


async def _after(begins: asyncio.Future[None], completed: Awaitable[Any]) -> Any:
    """Return a completed value, which begins to be completed after something else."""
    await asyncio.shield(begins)
    return await completed
