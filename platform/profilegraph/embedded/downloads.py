"""Downloads missing jars from a Maven repository; apart, because its HTTP client is large."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from profilegraph.embedded.progress import StartProgress
from profilegraph.embedded.registry import Jar, checksum
from profilegraph.errors import EmbeddedJarAltered, EmbeddedJarsUnreachable

AT_ONCE = 12
RETRIES = 2
SECONDS = 30.0
CHUNK = 1 << 16

_MIRROR_HINT = (
    "Connect this machine to the network, set PROFILEGRAPH_MAVEN_MIRROR to a Maven repository "
    "that it can reach, or copy the cache folder of a machine that has the jars. The certificates that "
    "the system trusts are trusted; name further ones in PROFILEGRAPH_CERTIFICATES."
)


def download(
    missing: Sequence[Jar],
    folder: Path,
    base: str,
    progress: StartProgress,
    trust: ssl.SSLContext,
) -> None:
    """Bring jars into `folder` from the repository at `base`, trusting certificates as `trust` says.

    Raises EmbeddedJarsUnreachable or EmbeddedJarAltered.
    """
    with (
        _fetching_from(base),
        httpx.Client(verify=trust, timeout=SECONDS, follow_redirects=True) as client,
    ):
        _fetch_all(missing, folder, base, progress, client)


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
    if checksum(file) != jar.checksum:
        raise EmbeddedJarAltered(
            f"{jar.path} differs from the one that profilegraph was made with.",
            hint="Use another mirror (PROFILEGRAPH_MAVEN_MIRROR), or none.",
            where=url,
        )


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
