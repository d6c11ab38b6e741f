"""What npm brings: @neo4j/graphql and the programs of PostgreSQL, as the lock file pins them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from benchmarks.peers import SideUnavailable

FOLDER = Path(__file__).parents[1] / "npm"
INSTALL_SECONDS = 600


@cache
def install(folder: Path = FOLDER) -> Path:
    """Return the folder of the installed packages; raises SideUnavailable where npm fails.

    No package runs a script of its own while it is installed.
    """
    modules = folder / "node_modules"
    installed, lock = modules / ".package-lock.json", folder / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        _run([str(node_program("npm")), "ci", "--ignore-scripts"], folder)
        installed.touch()
    return modules


@cache
def postgres_programs() -> Path:
    """Return the folder with PostgreSQL's `initdb` and `postgres`; raises SideUnavailable."""
    package = next((install() / "@embedded-postgres").glob("*"), None)
    if package is None:
        raise SideUnavailable("no PostgreSQL is packaged for this platform")
    # Packages hold no symbolic links; this script, which comes with it, makes the libraries'.
    _run([str(node_program("node")), "scripts/hydrate-symlinks.js"], package)
    return package / "native" / "bin"


@cache
def node_program(name: str) -> Path:
    """Return the path of `node` or `npm` from the wheel that the bench group installs.

    Without it, of those on the path.
    """
    path = Path(sys.executable).with_name(name)
    if not path.exists():
        if found := shutil.which(name):
            return Path(found)
        raise SideUnavailable(f"{path} is missing: run `make bench`, which installs it")
    return path


def _run(command: Sequence[str], folder: Path = FOLDER) -> None:
    try:
        subprocess.run(
            command,
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        )
    except (OSError, subprocess.SubprocessError) as fault:
        told = getattr(fault, "stderr", None) or ""
        raise SideUnavailable(f"{' '.join(command)}: {fault} {told.strip()[-500:]}") from fault
