"""GraphQL over HTTP from this process: one connection that stays open, and as little else as can be."""

from __future__ import annotations

import json
import select
from http.client import HTTPConnection, HTTPException
from types import TracebackType
from typing import Any, Self

TIMEOUT = 120.0


class GraphQLClient:
    """Posts operations to one GraphQL endpoint on the loopback interface."""

    def __init__(self, port: int, path: str = "/graphql", key: str | None = None) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        self._path = path
        self._headers = {"Content-Type": "application/json"}
        if key is not None:
            self._headers["Authorization"] = f"Bearer {key}"

    def send(self, body: bytes) -> Any:
        """Return the data that answers an operation; raises RuntimeError where there are errors."""
        if self._is_closed_by_server():
            self._connection.close()  # the next request opens it again
        try:
            self._connection.request("POST", self._path, body, self._headers)
            response = self._connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, HTTPException):
            self._connection.close()
            raise
        if response.status != 200 or answer.get("errors"):
            raise RuntimeError(f"HTTP {response.status}: {json.dumps(answer)[:1_000]}")
        return answer["data"]

    def _is_closed_by_server(self) -> bool:
        # Servers close what is idle for seconds; between two answers nothing but that is readable.
        sock = self._connection.sock
        return sock is not None and bool(select.select([sock], [], [], 0)[0])

    def __enter__(self) -> Self:
        """Return itself; the connection is made by the first operation."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self._connection.close()


def operation(query: str, variables: dict[str, Any] | None = None) -> bytes:
    """Return the body of a request."""
    return json.dumps({"query": query, "variables": variables or {}}).encode()
