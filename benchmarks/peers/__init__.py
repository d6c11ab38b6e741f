"""Those who answer: profilegraph, and what one would use instead."""

from __future__ import annotations

from typing import Protocol

from benchmarks.questions import Ask, Question

OURS = "profilegraph"
NEO4J_GRAPHQL = "@neo4j/graphql"
CYPHER = "Cypher, by hand"
POSTGRES = "PostgreSQL, intarray GIN"
CLICKHOUSE = "ClickHouse, chdb"
PEERS = (NEO4J_GRAPHQL, CYPHER, POSTGRES, CLICKHOUSE)
SIDES = (OURS, *PEERS)
"""The names that tables show, in their order."""


class Side(Protocol):
    """One who answers, with the customers loaded."""

    @property
    def name(self) -> str:
        """Return the name that the tables show."""

    def ask(self, question: Question) -> Ask | None:
        """Return what asks once and returns the answer; None where this side cannot tell."""


class SideUnavailable(Exception):
    """That a side cannot be set up on this machine, and why; the others are measured without it."""
