"""Stored idempotency keys, so that a repeated request changes the graph once."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from profilegraph.errors import Conflict
from profilegraph.storage.neo4j.database import Transaction

# The unique constraint makes a second transaction with the same key wait for the first.
_CLAIM = """
MERGE (r:Request {key: $key})
  ON CREATE SET r.digest = $digest, r.at = $at
RETURN r.digest AS digest, r.result AS result
"""
_FINISH = "MATCH (r:Request {key: $key}) SET r.result = $result"


@dataclass(frozen=True)
class IdempotentRequest:
    """A requested change; `digest` identifies its content."""

    key: str
    digest: str
    at: datetime


async def run_once(
    transaction: Transaction, request: IdempotentRequest, work: Callable[[], Awaitable[Any]]
) -> Any:
    """Run `work`, or return its stored result if the request was run before.

    The result must be JSON. Raises Conflict if the key was used with another content.
    """
    values = {"key": request.key, "digest": request.digest, "at": request.at}
    known = (await transaction.run(_CLAIM, values))[0]
    if known["digest"] != request.digest:
        raise Conflict(
            f"the idempotency key {request.key!r} was used for another request.",
            hint="Use a new key for each change, and the same one only to repeat it.",
        )
    if known["result"] is not None:
        return json.loads(known["result"])
    result = await work()
    await transaction.run(_FINISH, {"key": request.key, "result": json.dumps(result)})
    return result
