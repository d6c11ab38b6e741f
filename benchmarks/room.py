"""What a run takes of a machine: known before it begins, so that want of it is said then."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024**2
MANY = 300_000
"""Customers up to which half the memory is enough for Neo4j."""
OTHERS_MB = 2_500
"""PostgreSQL, Node.js, the server of ours and this process, before they hold any customer."""
CUSTOMER_KB = 2
"""What they take for each customer, all together."""
DISK_MB = 1_000
CUSTOMER_DISK_KB = 6
"""The stores of Neo4j and PostgreSQL, and their logs."""


@dataclass(frozen=True)
class Room:
    """Megabytes that a run takes."""

    heap_mb: int
    """Of Neo4j."""
    page_cache_mb: int
    memory_mb: int
    """Of all processes, those two included."""
    disk_mb: int

    def shortages(self, memory: int, disk: int) -> list[str]:
        """Return what there is too little of, in words; `memory` and `disk` are free bytes."""
        found = (("memory", self.memory_mb, memory), ("disk", self.disk_mb, disk))
        return [
            f"about {needed:,} MB of {what} are needed, and {free // MEGABYTE:,} MB are free"
            for what, needed, free in found
            if free < needed * MEGABYTE
        ]


def room_for(customers: int) -> Room:
    """Return what a run takes up to so many customers."""
    heap, cache = (2_048, 2_048) if customers <= MANY else (4_096, 4_096)
    return Room(
        heap,
        cache,
        heap + cache + OTHERS_MB + customers * CUSTOMER_KB // 1024,
        DISK_MB + customers * CUSTOMER_DISK_KB // 1024,
    )
