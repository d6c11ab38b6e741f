"""Provides the jars of the embedded Neo4j on this machine.

The list is committed; at run time nothing is resolved. A jar is written beside its place, compared
with its checksum and only then moved there, so an interrupted fetch never leaves half a jar; and
every jar is compared again at every start.
"""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Iterable, Sequence
from pathlib import Path

import truststore

from profilegraph.embedded.faults import CACHE_VARIABLE, DISK_HINT, writing_to
from profilegraph.embedded.progress import StartProgress
from profilegraph.embedded.registry import Jar, checksum
from profilegraph.errors import EmbeddedDiskFull

MAVEN_CENTRAL = "https://repo1.maven.org/maven2"
SPARE = 64 << 20  # bytes to leave on the disk beside the jars


def fetch(
    jars: Sequence[Jar],
    folder: Path,
    base: str,
    progress: StartProgress,
    *,
    trust: ssl.SSLContext | None = None,
    free: int | None = None,
) -> None:
    """Bring all `jars` into `folder`; those that are missing come from the repository at `base`.

    `trust` says whose certificates are taken, the system's if left out; `free` is the disk's free
    space in bytes, measured if left out. Raises EmbeddedDiskFull, EmbeddedJarsUnreachable or
    EmbeddedJarAltered.
    """
    with writing_to(folder, CACHE_VARIABLE):
        missing = [jar for jar in jars if not _is_here(jar, folder)]
        if missing:
            # Made here, because two threads that make the same folder get in each other's way.
            for parent in {(folder / jar.path).parent for jar in missing}:
                parent.mkdir(parents=True, exist_ok=True)
            _require_space(missing, folder, free)
            context = trust or truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            from profilegraph.embedded.downloads import download

            download(missing, folder, base, progress, context)


def _is_here(jar: Jar, folder: Path) -> bool:
    path = folder / jar.path
    if not path.is_file() or path.stat().st_size != jar.size:
        return False
    return checksum(path) == jar.checksum


def _require_space(missing: Iterable[Jar], folder: Path, free: int | None) -> None:
    needed = sum(jar.size for jar in missing) + SPARE
    available = shutil.disk_usage(folder).free if free is None else free
    if available < needed:
        raise EmbeddedDiskFull(
            f"the jars of Neo4j need {needed >> 20} MB and {available >> 20} MB are free.",
            hint=DISK_HINT.format(variable=CACHE_VARIABLE),
            where=str(folder),
        )
