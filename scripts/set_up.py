"""Install what the locks name into a virtual environment; run by make with the system's Python.

Nothing is resolved: a lock is complete, so pip takes each package as it stands there and no other. What
pip was told of mirrors, proxies and certificates holds as it does anywhere else. Standard library alone,
because nothing is installed yet.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {
    "base": "requirements.lock",
    "dev": "requirements-dev.lock",
    "bench": "requirements-bench.lock",
}
SECONDS = {"base": "once, about a minute", "dev": "once", "bench": "once, about a minute"}
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet", "install")


def projects() -> list[Path]:
    """Return the folders that are installed as they are: the platform and each plugin."""
    return [ROOT, *sorted(file.parent for file in ROOT.glob("plugins/*/pyproject.toml"))]


def inputs(group: str) -> str:
    """Return a digest of all that decides what the environment holds of `group`."""
    files = [ROOT / LOCKS[group]]
    if group == "base":
        files += [project / "pyproject.toml" for project in projects()]
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return digest.hexdigest()


class Environment:
    """A virtual environment and the marks that say what it holds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"
        self._made = folder / "made"
        # While it is there an installation is under way, or was interrupted: half a package may be
        # left, which pip takes for whole.
        self._unfinished = folder / "unfinished"

    def make(self) -> None:
        """Make the environment unless it is there and whole."""
        if self._made.exists() and self.python.exists() and not self._unfinished.exists():
            return
        self._run([sys.executable, "-m", "venv", "--clear", str(self.folder)])
        self._made.touch()

    def install(self, group: str) -> None:
        """Install what the lock of `group` names, unless that is what is there."""
        stamp = self.folder / f"installed-{group}"
        if stamp.exists() and stamp.read_text("utf-8") == inputs(group):
            return
        print(f"Installing {LOCKS[group]} into {self.folder.name} ({SECONDS[group]}) …", flush=True)
        self._unfinished.touch()
        self._pip("--require-hashes", "--requirement", str(ROOT / LOCKS[group]))
        if group == "base":
            editable = [word for project in projects() for word in ("--editable", str(project))]
            self._pip("--no-build-isolation", *editable)
        stamp.write_text(inputs(group), "utf-8")
        self._unfinished.unlink()

    def _pip(self, *words: str) -> None:
        self._run([str(self.python), *PIP, "--no-deps", *words])

    def _run(self, command: list[str]) -> None:
        try:
            subprocess.run(command, check=True, stdout=sys.stdout)
        except subprocess.CalledProcessError as fault:
            raise SystemExit(
                f"{' '.join(command[:5])} … ended with {fault.returncode}; what it said is above."
                " Once that is mended, the same make completes the environment."
            ) from fault


def main() -> None:
    """Bring the environment to where the groups that were asked for are in it."""
    if sys.version_info < (3, 11):
        raise SystemExit(
            "Python 3.11 or later is needed; name one, such as: make PYTHON=python3.12"
        )
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("groups", nargs="+", choices=LOCKS)
    parser.add_argument("--into", type=Path, default=ROOT / ".venv")
    asked = parser.parse_args()
    folder = asked.into.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two that are started side by side take turns
        environment = Environment(folder)
        environment.make()
        for group in asked.groups:
            environment.install(group)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit("Interrupted: the next make completes the environment.") from None
