"""The environment that make sets up: from complete locks, with any pip, begun anew where it broke off."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SET_UP = ROOT / "scripts" / "set_up.py"
OLDEST_PIP = "22.3"  # what Python 3.11.0 brings
GROUPS = ("base", "dev")
LEAN = {"PIP_NO_COMPILE": "1"}  # the packages are looked at and not run: it halves the time


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def python(folder: Path) -> Path:
    return folder / "bin" / "python"


def with_pip(folder: Path, requirement: str) -> Path:
    """Return an environment as set_up makes it, with another pip in it."""
    assert run(sys.executable, "-m", "venv", folder).returncode == 0
    (folder / "made").touch()
    changed = run(python(folder), "-m", "pip", "install", "--quiet", "--upgrade", requirement)
    assert changed.returncode == 0, changed.stderr
    return folder


def newer_coverage(folder: Path) -> Path:
    """Put a version of a locked package into `folder` that is newer than any lock's."""
    info = "coverage-9999.0.dist-info"
    files = {
        "coverage/__init__.py": "raise ImportError('not the locked one')\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: coverage\nVersion: 9999.0\nProvides-Extra: toml\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},{len(text)}\n"
        for name, text in files.items()
    )
    folder.mkdir()
    with zipfile.ZipFile(folder / "coverage-9999.0-py3-none-any.whl", "w") as wheel:
        for name, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            wheel.writestr(name, text)
    return folder


@pytest.fixture
def links(tmp_path: Path) -> dict[str, str]:
    """Variables by which pip finds a newer package than a locked one, beside those of this machine."""
    own = newer_coverage(tmp_path / "links")
    return {"PIP_FIND_LINKS": f"{own} {os.environ.get('PIP_FIND_LINKS', '')}", **LEAN}


def starts(folder: Path) -> bool:
    """Return whether the platform that is installed there starts."""
    return run(folder / "bin" / "profilegraph", "--version").stdout.startswith("profilegraph 0.")


def is_locked(version: str) -> bool:
    """Return whether this is the version of coverage that the lock names."""
    return f"coverage=={version} " in (ROOT / "requirements-dev.lock").read_text("utf-8")


def test_the_locks_are_installed_by_the_newest_pip_though_newer_packages_exist(
    tmp_path: Path, links: dict[str, str]
) -> None:
    folder = with_pip(tmp_path / "venv", "pip")
    done = run(sys.executable, SET_UP, *GROUPS, "--into", folder, **links)
    assert done.returncode == 0, done.stderr
    checked = run(python(folder), "-m", "pip", "check")
    assert checked.stdout.strip() == "No broken requirements found."
    assert starts(folder)
    version = run(python(folder), "-c", "import coverage; print(coverage.__version__)")
    assert is_locked(version.stdout.strip())
    again = run(sys.executable, SET_UP, *GROUPS, "--into", folder)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")  # nothing is left to do


def test_the_locks_are_installed_by_the_oldest_pip_though_newer_packages_exist(
    tmp_path: Path, links: dict[str, str]
) -> None:
    folder = with_pip(tmp_path / "venv", f"pip=={OLDEST_PIP}")
    done = run(sys.executable, SET_UP, "base", "--into", folder, **links)
    assert done.returncode == 0, done.stderr
    assert starts(folder)
    # Of `dev` it chooses the packages, fetches them and compares their hashes; it has shown above
    # that it unpacks what it has chosen, which takes as long again.
    told = tmp_path / "chosen.json"
    dry = {"PIP_DRY_RUN": "1", "PIP_REPORT": str(told)}
    done = run(sys.executable, SET_UP, "dev", "--into", folder, **links, **dry)
    assert done.returncode == 0, done.stderr
    chosen = [one["metadata"] for one in json.loads(told.read_text("utf-8"))["install"]]
    [version] = [one["version"] for one in chosen if one["name"] == "coverage"]
    assert is_locked(version)
    lacking = run(python(folder), "-m", "pip", "check").stdout.splitlines()
    missing = {line.partition(" requires ")[2].partition(",")[0] for line in lacking}
    assert missing <= {one["name"] for one in chosen}, lacking


def test_an_installation_that_broke_off_is_begun_anew(tmp_path: Path) -> None:
    folder = tmp_path / "venv"
    assert (
        run(sys.executable, "-m", "venv", "--without-pip", folder).returncode == 0
    )  # broke off here
    failed = run(
        sys.executable,
        SET_UP,
        "base",
        "--into",
        folder,
        PIP_NO_INDEX="1",
        PIP_FIND_LINKS=str(tmp_path),
    )
    assert failed.returncode != 0
    assert "the same make completes the environment" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert run(python(folder), "-m", "pip", "--version").returncode == 0
    half = folder / "lib" / "half-a-package"
    half.touch()
    run(
        sys.executable,
        SET_UP,
        "base",
        "--into",
        folder,
        PIP_NO_INDEX="1",
        PIP_FIND_LINKS=str(tmp_path),
    )
    assert not half.exists()
