"""From what the JVM or Neo4j says when it cannot start to an error that says what to do."""

from __future__ import annotations

from pathlib import Path

from profilegraph.errors import (
    EmbeddedDataNewer,
    EmbeddedDiskFull,
    EmbeddedMemory,
    EmbeddedPortTaken,
    EmbeddedServerError,
)

MEMORY_HINT = (
    "Lower PROFILEGRAPH_HEAP_MB and PROFILEGRAPH_PAGE_CACHE_MB, or end other programs; "
    "512 and 128 are enough for a demo."
)
PORT_HINT = (
    "Stop the program that listens there, set PROFILEGRAPH_BOLT_PORT to another port, "
    "or unset it: a free one is chosen then."
)
DISK_HINT = "Free some space, or set PROFILEGRAPH_HOME to a folder on another disk."
NEWER_HINT = (
    "Install the profilegraph that wrote it, set PROFILEGRAPH_HOME to another folder, "
    "or delete the data by `profilegraph db reset --yes`."
)

_KNOWN: tuple[tuple[tuple[str, ...], type[EmbeddedServerError], str, str], ...] = (
    (
        ("No space left on device", "Disk quota exceeded"),
        EmbeddedDiskFull,
        "the disk is full.",
        DISK_HINT,
    ),
    (
        (
            "Could not reserve enough space",
            "OutOfMemoryError",
            "Cannot allocate memory",
            "insufficient memory",
            "Invalid maximum heap size",
            "maximum heap size",
        ),
        EmbeddedMemory,
        "the Java machine does not get the memory it is set to use.",
        MEMORY_HINT,
    ),
    (
        ("PortBindException", "Address already in use", "java.net.BindException"),
        EmbeddedPortTaken,
        "another program listens on the port of the embedded Neo4j.",
        PORT_HINT,
    ),
    (
        ("UnknownStoreVersion", "more recent version", "newer version"),
        EmbeddedDataNewer,
        "the data was written by a newer Neo4j.",
        NEWER_HINT,
    ),
)


def explained(said: str, log: Path) -> EmbeddedServerError:
    """Return the error for what the server `said` before it gave up; `log` holds the rest."""
    for signs, kind, message, hint in _KNOWN:
        if any(sign in said for sign in signs):
            return kind(message, hint=hint, where=str(log.parent.parent))
    last = said.strip().splitlines()[-1:] or ["it said nothing"]
    return EmbeddedServerError(
        f"Neo4j did not start: {last[0]}.", hint=f"Its log is {log}.", where=str(log.parent.parent)
    )
