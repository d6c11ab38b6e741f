"""How the jars of the embedded Neo4j come to this machine.

The list is committed; at run time nothing is resolved. A jar is written beside its place, compared
with its checksum and only then moved there, so an interrupted fetch never leaves half a jar; and
every jar is compared again at every start.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import ssl
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import truststore
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from profilegraph.embedded.faults import CACHE_VARIABLE, DISK_HINT, writing_to
from profilegraph.embedded.progress import StartProgress
from profilegraph.embedded.registry import Jar
from profilegraph.errors import EmbeddedDiskFull, EmbeddedJarAltered, EmbeddedJarsUnreachable

MAVEN_CENTRAL = "https://repo1.maven.org/maven2"
AT_ONCE = 12
RETRIES = 2
SECONDS = 30.0
CHUNK = 1 << 16
SPARE = 64 << 20  # bytes to leave on the disk beside the jars

_MIRROR_HINT = (
    "Connect this machine to the network, set PROFILEGRAPH_MAVEN_MIRROR to a Maven repository "
    "that it can reach, or copy the cache folder of a machine that has the jars. The certificates that "
    "the system trusts are trusted; name further ones in PROFILEGRAPH_CERTIFICATES."
)


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

    `trust` says whose certificates are taken, the system's if left out; `free` is the disk's free space in bytes, measured if left out. Raises EmbeddedDiskFull,
    EmbeddedJarsUnreachable or EmbeddedJarAltered.
    """
    with writing_to(folder, CACHE_VARIABLE), _fetching_from(base):
        missing = [jar for jar in jars if not _is_here(jar, folder)]
        if missing:
            # Made here, because two threads that make the same folder get in each other's way.
            for parent in {(folder / jar.path).parent for jar in missing}:
                parent.mkdir(parents=True, exist_ok=True)
            _require_space(missing, folder, free)
            context = trust or truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            with httpx.Client(verify=context, timeout=SECONDS, follow_redirects=True) as client:
                _fetch_all(missing, folder, base, progress, client)


def _is_here(jar: Jar, folder: Path) -> bool:
    path = folder / jar.path
    if not path.is_file() or path.stat().st_size != jar.size:
        return False
    return _checksum(path) == jar.checksum


def _require_space(missing: Iterable[Jar], folder: Path, free: int | None) -> None:
    needed = sum(jar.size for jar in missing) + SPARE
    available = shutil.disk_usage(folder).free if free is None else free
    if available < needed:
        raise EmbeddedDiskFull(
            f"the jars of Neo4j need {needed >> 20} MB and {available >> 20} MB are free.",
            hint=DISK_HINT.format(variable=CACHE_VARIABLE),
            where=str(folder),
        )


def _fetch_all(
    missing: Sequence[Jar], folder: Path, base: str, progress: StartProgress, client: httpx.Client
) -> None:
    progress.fetching(len(missing), sum(jar.size for jar in missing))
    with ThreadPoolExecutor(AT_ONCE) as pool:

        def bring(jar: Jar) -> None:
            _bring(jar, folder, base.rstrip("/"), client)
            progress.fetched(jar.size)

        try:
            for _ in pool.map(bring, missing):
                pass
        except BaseException:
            # Without this the pool would go on with hundreds of jars before it lets the error out.
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _bring(jar: Jar, folder: Path, base: str, client: httpx.Client) -> None:
    beside = (folder / jar.path).with_suffix(f".{os.getpid()}")
    trying = Retrying(
        retry=retry_if_exception_type((httpx.TransportError, EmbeddedJarAltered)),
        stop=stop_after_attempt(1 + RETRIES),
        wait=wait_random_exponential(max=2),
        reraise=True,
    )
    try:
        trying(_download, f"{base}/{jar.path}", jar, beside, client)
        beside.replace(folder / jar.path)
    finally:
        beside.unlink(missing_ok=True)


def _download(url: str, jar: Jar, file: Path, client: httpx.Client) -> None:
    with client.stream("GET", url) as response, file.open("wb") as stream:
        response.raise_for_status()
        for chunk in response.iter_bytes(CHUNK):
            stream.write(chunk)
    if _checksum(file) != jar.checksum:
        raise EmbeddedJarAltered(
            f"{jar.path} differs from the one that profilegraph was made with.",
            hint="Use another mirror (PROFILEGRAPH_MAVEN_MIRROR), or none.",
            where=url,
        )


def _checksum(file: Path) -> str:
    with file.open("rb") as stream:
        return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"


@contextmanager
def _fetching_from(base: str) -> Iterator[None]:
    try:
        yield
    except httpx.HTTPError as fault:
        raise EmbeddedJarsUnreachable(
            f"the jars of Neo4j are not on this machine and cannot be fetched: {fault}.",
            hint=_MIRROR_HINT,
            where=base,
        ) from fault
