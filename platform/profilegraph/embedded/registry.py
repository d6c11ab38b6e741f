"""The list of jars that make up the embedded Neo4j, with checksums and sizes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

REGISTRY = Path(__file__).with_name("jars.txt")


@dataclass(frozen=True)
class Jar:
    """One jar: its path in a Maven repository, its `sha256:…` checksum and its size in bytes."""

    path: str
    checksum: str
    size: int


def read_registry(file: Path = REGISTRY) -> tuple[Jar, ...]:
    """Return the jars that `file` lists, one a line: path, checksum, size in bytes."""
    rows = (line.split() for line in file.read_text(encoding="utf-8").splitlines())
    return tuple(Jar(path, hashed, int(size)) for path, hashed, size in rows)


def checksum(file: Path) -> str:
    """Return what the list calls a file's checksum: `sha256:` and the hex of it."""
    with file.open("rb") as stream:
        return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"


def neo4j_version(jars: Sequence[Jar]) -> str:
    """Return the version of Neo4j among `jars`, such as 2026.08.1."""
    return next(jar.path.split("/")[3] for jar in jars if jar.path.startswith("org/neo4j/neo4j/"))
