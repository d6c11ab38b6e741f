"""How the jars of the embedded Neo4j come to this machine.

The list is committed; at run time nothing is resolved. A jar is written beside its place, compared
with its checksum and only then moved there, so an interrupted fetch never leaves half a jar; and
every jar is compared again at every start.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pooch  # type: ignore[import-untyped]
import requests

from profilegraph.embedded.faults import CACHE_VARIABLE, DISK_HINT, writing_to
from profilegraph.embedded.progress import Progress
from profilegraph.embedded.registry import Jar
from profilegraph.errors import (
    EmbeddedDiskFull,
    EmbeddedJarAltered,
    EmbeddedJarsUnreachable,
)

MAVEN_CENTRAL = "https://repo1.maven.org/maven2"
AT_ONCE = 12
RETRIES = 2
SECONDS = 30.0
CHUNK = 1 << 16
SPARE = 64 << 20  # bytes to leave on the disk beside the jars

_MIRROR_HINT = (
    "Connect this machine to the network, set PROFILEGRAPH_MAVEN_MIRROR to a Maven repository "
    "that it can reach, or copy the cache folder of a machine that has the jars. Behind a proxy with "
    "a certificate of its own, name that certificate's file in REQUESTS_CA_BUNDLE."
)


def fetch(
    jars: Sequence[Jar],
    folder: Path,
    base: str,
    progress: Progress,
    *,
    free: int | None = None,
) -> None:
    """Bring all `jars` into `folder`; those that are missing come from the repository at `base`.

    `free` is the disk's free space in bytes, measured if left out. Raises EmbeddedDiskFull,
    EmbeddedJarsUnreachable or EmbeddedJarAltered.
    """
    with writing_to(folder, CACHE_VARIABLE), _fetching_from(base):
        missing = [jar for jar in jars if not _is_here(jar, folder)]
        if missing:
            # Made here, because two threads that make the same folder get in each other's way.
            for parent in {(folder / jar.path).parent for jar in missing}:
                parent.mkdir(parents=True, exist_ok=True)
            _require_space(missing, folder, free)
            _fetch_all(missing, folder, base, progress)


def _is_here(jar: Jar, folder: Path) -> bool:
    path = folder / jar.path
    if not path.is_file() or path.stat().st_size != jar.size:
        return False
    return f"sha256:{pooch.file_hash(str(path))}" == jar.checksum


def _require_space(missing: Iterable[Jar], folder: Path, free: int | None) -> None:
    needed = sum(jar.size for jar in missing) + SPARE
    available = shutil.disk_usage(folder).free if free is None else free
    if available < needed:
        raise EmbeddedDiskFull(
            f"the jars of Neo4j need {needed >> 20} MB and {available >> 20} MB are free.",
            hint=DISK_HINT.format(variable=CACHE_VARIABLE),
            where=str(folder),
        )


def _fetch_all(missing: Sequence[Jar], folder: Path, base: str, progress: Progress) -> None:
    pooch.get_logger().setLevel("WARNING")  # it prints a line for each jar; progress tells instead
    source = pooch.create(
        path=folder,
        base_url=base.rstrip("/") + "/",
        registry={jar.path: jar.checksum for jar in missing},
        retry_if_failed=RETRIES,
    )
    download = pooch.HTTPDownloader(timeout=SECONDS, chunk_size=CHUNK)
    progress.fetching(len(missing), sum(jar.size for jar in missing))
    with ThreadPoolExecutor(AT_ONCE) as pool:

        def bring(jar: Jar) -> None:
            source.fetch(jar.path, downloader=download)
            progress.fetched(jar.size)

        try:
            for _ in pool.map(bring, missing):
                pass
        except BaseException:
            # Without this the pool would go on with hundreds of jars before it lets the error out.
            pool.shutdown(wait=False, cancel_futures=True)
            raise


@contextmanager
def _fetching_from(base: str) -> Iterator[None]:
    try:
        yield
    except requests.RequestException as fault:
        raise EmbeddedJarsUnreachable(
            f"the jars of Neo4j are not on this machine and cannot be fetched: {fault}.",
            hint=_MIRROR_HINT,
            where=base,
        ) from fault
    except ValueError as fault:  # pooch says so when a checksum differs
        raise EmbeddedJarAltered(
            f"a jar differs from the one that profilegraph was made with: {fault}",
            hint="Use another mirror (PROFILEGRAPH_MAVEN_MIRROR), or none.",
            where=base,
        ) from fault
