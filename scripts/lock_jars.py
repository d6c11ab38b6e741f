"""Resolve the embedded Neo4j's jars and write their list, with a checksum each.

    python scripts/lock_jars.py 2026.08.1

A dev tool: the product reads the list that this writes and resolves nothing itself. Each jar is
compared with the SHA-1 that its repository publishes before its SHA-256 is written down.
"""

from __future__ import annotations

import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jgo
import requests
from jgo.maven import Artifact

from profilegraph.embedded.jars import MAVEN_CENTRAL
from profilegraph.embedded.registry import REGISTRY, Jar

SECONDS = 60
AT_ONCE = 8


def lock(version: str, target: Path) -> int:
    """Write the list of the jars that Neo4j `version` needs to `target`; returns how many."""
    artifacts = jgo.resolve(f"org.neo4j:neo4j:{version}")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        jars = sorted(pool.map(checked, artifacts), key=lambda jar: jar.path)
    target.write_text("".join(f"{jar.path} {jar.checksum} {jar.size}\n" for jar in jars))
    return len(jars)


def checked(artifact: Artifact) -> Jar:
    """Return the jar's path, SHA-256 and size in bytes; exits if it is not what was published."""
    group = artifact.groupId.replace(".", "/")
    path = f"{group}/{artifact.artifactId}/{artifact.version}/{artifact.filename}"
    content = fetched(path)
    if hashlib.sha1(content).hexdigest() != fetched(f"{path}.sha1").decode().split()[0].lower():
        sys.exit(f"{path} is not the jar whose SHA-1 is published.")
    return Jar(path, f"sha256:{hashlib.sha256(content).hexdigest()}", len(content))


def fetched(path: str) -> bytes:
    """Return the content of `path` in Maven Central."""
    answer = requests.get(f"{MAVEN_CENTRAL}/{path}", timeout=SECONDS)
    answer.raise_for_status()
    return answer.content


if __name__ == "__main__":
    print(lock(sys.argv[1], REGISTRY), "jars in", REGISTRY)
