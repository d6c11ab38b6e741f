"""The launch parameters of the embedded server's process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

CHILD_MODULE = "profilegraph.embedded.child"
HOST = "127.0.0.1"
USER = "neo4j"


@dataclass(frozen=True)
class Launch:
    """The folder of the jars, Neo4j's version and port, megabytes of memory, the longest transaction in seconds.

    `report` is the open file descriptor on which the process says once how its start went.
    """

    jars: str
    version: str
    port: int
    heap_mb: int
    page_cache_mb: int
    transaction_seconds: int
    report: int

    def to_json(self) -> str:
        """Return the launch as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Launch:
        """Return the launch that `to_json` wrote."""
        return cls(**json.loads(text))
