"""A genuine OpenID Connect provider, run for the test, with keys that the test has too."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, KeySet, RSAKey

from tests.meta.source import ROOT

CLIENT = "profilegraph"
SECRET = "known to the test"
_FOLDER = ROOT / "tests" / "provider"
_INSTALLED = _FOLDER / "node_modules" / ".package-lock.json"
_LOCK = _FOLDER / "package-lock.json"
_BIN = Path(sys.executable).parent
_ENVIRONMENT = {**os.environ, "PATH": f"{_BIN}{os.pathsep}{os.environ.get('PATH', '')}"}


def new_key(kid: str = "1") -> RSAKey:
    """Return a signing key."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


def new_curve_key(kid: str = "curve") -> ECKey:
    """Return a signing key on an elliptic curve."""
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})


@dataclass
class Provider:
    """A provider that runs, and its signing key."""

    issuer: str
    key: RSAKey | ECKey
    process: asyncio.subprocess.Process = field(repr=False)

    def token(
        self, now: float, key: RSAKey | ECKey | None = None, header: Any = None, **claims: Any
    ) -> str:
        """Return a token such as the provider signs; a claim that is None is left out."""
        key = key or self.key
        given = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "li",
            "iat": int(now),
            "exp": int(now) + 600,
            **claims,
        }
        head = {"alg": key.alg, "kid": key.kid} | (header or {})
        payload = json.dumps({name: one for name, one in given.items() if one is not None})
        return jws.serialize_compact(head, payload.encode(), key)

    async def end(self) -> None:
        """End it, by the end of what it reads."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        await self.process.wait()


@asynccontextmanager
async def identity_provider(
    key: RSAKey | ECKey, redirect_uri: str = "http://127.0.0.1/callback", port: int = 0
) -> AsyncIterator[Provider]:
    """Run a provider meanwhile that signs with a key."""
    await asyncio.to_thread(_install)
    process = await asyncio.create_subprocess_exec(
        str(_BIN / "node"),
        "provider.mjs",
        cwd=_FOLDER,
        env=_ENVIRONMENT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    client = {"client_id": CLIENT, "client_secret": SECRET, "redirect_uris": [redirect_uri]}
    settings = {
        "port": port,
        "jwks": KeySet([key]).as_dict(private=True),
        "client": client,
    }
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{json.dumps(settings)}\n".encode())
    async with asyncio.timeout(60):
        issuer = (await process.stdout.readline()).decode().strip()
    assert issuer, "the provider did not start"
    provider = Provider(issuer, key, process)
    try:
        yield provider
    finally:
        await provider.end()


def _install() -> None:
    """Install its packages where that was not done since the lock file changed."""
    if not _INSTALLED.exists() or _INSTALLED.stat().st_mtime < _LOCK.stat().st_mtime:
        done = subprocess.run(
            [str(_BIN / "npm"), "ci", "--ignore-scripts"],
            cwd=_FOLDER,
            env=_ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        _INSTALLED.touch()
