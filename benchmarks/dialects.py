"""The same requests in the words of both sides of the load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from benchmarks.http import operation


@dataclass(frozen=True)
class Condition:
    """What a question asks: customers with one of these tags who bought since a day."""

    tags: Sequence[str]
    since: str


class Dialect(Protocol):
    """How one side is asked by somebody who sees all customers, or some."""

    def count(self, asked: Condition) -> bytes:
        """Return the body that counts the customers."""

    def page(self, asked: Condition) -> bytes:
        """Return the body that reads 50 of them with their tags."""

    def customer(self, key: str) -> bytes:
        """Return the body that reads one customer with tags and the newest 20 events.

        Not with their moments, which @neo4j/graphql 7.6 fails at with the driver of its lock file.
        """

    def rename(self, key: str, name: str) -> bytes:
        """Return the body that changes a customer's name."""


class Ours:
    """The API of profilegraph; rows come with the key."""

    def count(self, asked: Condition) -> bytes:
        """Return the body that counts the customers."""
        query = "query ($f: FilterInput!) { segmentPreview(filter: $f) { count } }"
        return operation(query, {"f": self._filter(asked)})

    def page(self, asked: Condition) -> bytes:
        """Return the body that reads 50 of them with their tags."""
        query = (
            "query ($f: FilterInput!) { customers(filter: $f, first: 50) {"
            " edges { node { key name tags { tag { key } } } } } }"
        )
        return operation(query, {"f": self._filter(asked)})

    def customer(self, key: str) -> bytes:
        """Return the body that reads one customer with tags and the newest 20 events."""
        query = (
            "query ($k: String!) { customer(key: $k) {"
            " key name tags { tag { key } } events(first: 20) { type } } }"
        )
        return operation(query, {"k": key})

    def rename(self, key: str, name: str) -> bytes:
        """Return the body that changes a customer's name."""
        query = "mutation ($k: String!, $n: String) { saveCustomer(input: {key: $k, name: $n}) { key name } }"
        return operation(query, {"k": key, "n": name})

    def _filter(self, asked: Condition) -> dict[str, Any]:
        bought = {"event": {"type": "purchase", "window": {"since": asked.since}}}
        return {"all": [{"tags": {"dimension": "rfm", "anyOf": list(asked.tags)}}, bought]}


class Theirs:
    """The API of @neo4j/graphql, of which each question has the rows as one more condition."""

    def __init__(self, scope: Sequence[str] | None) -> None:
        self._scope = scope

    def count(self, asked: Condition) -> bytes:
        """Return the body that counts the customers."""
        query = "query ($w: CustomerWhere!) { customersConnection(where: $w) { totalCount } }"
        return operation(query, {"w": self._where(asked)})

    def page(self, asked: Condition) -> bytes:
        """Return the body that reads 50 of them with their tags."""
        query = (
            "query ($w: CustomerWhere!) { customers(where: $w, limit: 50, sort: [{key: ASC}])"
            " { key name tags { key } } }"
        )
        return operation(query, {"w": self._where(asked)})

    def customer(self, key: str) -> bytes:
        """Return the body that reads one customer with tags and the newest 20 events."""
        query = (
            "query ($w: CustomerWhere!) { customers(where: $w) {"
            " key name tags { key } events(limit: 20, sort: [{at: DESC}]) { type } } }"
        )
        return operation(query, {"w": self._within({"key": {"eq": key}})})

    def rename(self, key: str, name: str) -> bytes:
        """Return the body that changes a customer's name."""
        query = (
            "mutation ($k: String!, $n: String) { updateCustomers(where: {key: {eq: $k}},"
            " update: {name: {set: $n}}) { customers { key name } } }"
        )
        return operation(query, {"k": key, "n": name})

    def _where(self, asked: Condition) -> dict[str, Any]:
        bought = {"type": {"eq": "purchase"}, "at": {"gte": asked.since}}
        return self._within({"AND": [_tagged(asked.tags), {"events": {"some": bought}}]})

    def _within(self, where: dict[str, Any]) -> dict[str, Any]:
        return where if self._scope is None else {"AND": [where, _tagged(self._scope)]}


def _tagged(tags: Sequence[str]) -> dict[str, Any]:
    return {"tags": {"some": {"key": {"in": [f"rfm/{one}" for one in tags]}}}}
