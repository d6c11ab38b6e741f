"""Maps output of the disk, the JVM or Neo4j to errors that say what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
DISK_HINT = "Free some space, or set {variable} to a folder on another disk."
NEWER_HINT = (
    "Install the profilegraph that wrote it, set PROFILEGRAPH_HOME to another folder, "
    "or delete the data by `profilegraph db reset --yes`."
)
HOME_VARIABLE = "PROFILEGRAPH_HOME"
CACHE_VARIABLE = "PROFILEGRAPH_CACHE"


@dataclass(frozen=True)
class _Known:
    """A failure, recognised by its words."""

    signs: tuple[str, ...]
    kind: type[EmbeddedServerError]
    message: str
    hint: str


_KNOWN = (
    _Known(
        ("No space left on device", "Disk quota exceeded"),
        EmbeddedDiskFull,
        "the disk is full.",
        DISK_HINT.format(variable=HOME_VARIABLE),
    ),
    _Known(
        (
            "Could not reserve enough space",
            "Invalid maximum heap size",
            "OutOfMemoryError",
            "insufficient memory",
            "Cannot allocate memory",
        ),
        EmbeddedMemory,
        "the Java machine does not get the memory that it is set to use.",
        MEMORY_HINT,
    ),
    _Known(
        ("PortBindException", "java.net.BindException"),
        EmbeddedPortTaken,
        "another program listens on the port of the embedded Neo4j.",
        PORT_HINT,
    ),
    _Known(
        ("UnsupportedLogVersionException", "downgrading", "it is a newer version"),
        EmbeddedDataNewer,
        "the data was written by a newer Neo4j.",
        NEWER_HINT,
    ),
)


def explained(said: str, home: Path, log: Path) -> EmbeddedServerError:
    """Return the error for what the server `said` before it ended; `log` has the rest."""
    for known in _KNOWN:
        if any(sign in said for sign in known.signs):
            return known.kind(known.message, hint=known.hint, where=str(home))
    lines = said.strip().splitlines()
    reason = lines[-1] if lines else "its process was ended, perhaps by the system to save memory"
    return EmbeddedServerError(
        f"Neo4j did not start: {reason}",
        hint=f"Its logs are in {log.parent}.",
        where=str(home),
    )


@contextmanager
def writing_to(folder: Path, variable: str) -> Iterator[None]:
    """Turn write errors of `folder` into errors that name it and the `variable` that sets it.

    Raises EmbeddedDiskFull if the disk is full, else EmbeddedServerError.
    """
    try:
        yield
    except OSError as fault:
        if fault.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise EmbeddedDiskFull(
                "the disk is full.", hint=DISK_HINT.format(variable=variable), where=str(folder)
            ) from fault
        raise EmbeddedServerError(
            f"the folder cannot be used: {fault}.",
            hint=f"Set {variable} to a folder that you may write to.",
            where=str(folder),
        ) from fault
