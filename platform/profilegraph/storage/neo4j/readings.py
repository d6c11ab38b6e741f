"""Transactions that only read."""

from __future__ import annotations

from typing import Any

from neo4j import AsyncManagedTransaction, Record

from profilegraph.storage.neo4j.rows import ALL, Parameters, Row, row


class ReadTransaction:
    """A running transaction that only reads; see `Database.reading`."""

    def __init__(self, managed: AsyncManagedTransaction) -> None:
        self._managed = managed

    async def run(self, query: str, parameters: Parameters | None = None) -> list[Row]:
        """Return the rows of a query as dicts by column name."""
        return [row(record) for record in await self._fetched(query, parameters)]

    async def plain(
        self, query: str, parameters: Parameters | None = None
    ) -> list[tuple[Any, ...]]:
        """Return the rows of a query as tuples of driver values: fast for long lists."""
        return [tuple(record) for record in await self._fetched(query, parameters)]

    async def _fetched(self, query: str, parameters: Parameters | None) -> list[Record]:
        result = await self._managed.run(query, dict(parameters or {}))
        return await result.fetch(ALL)
