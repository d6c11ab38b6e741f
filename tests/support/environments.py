"""New virtual environments: over the packages that are here already, without a network."""

from __future__ import annotations

import os
import subprocess
import sysconfig
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class NewEnvironment:
    """An environment of its own that sees what is installed here; what it installs stays in it."""

    home: Path
    variables: Mapping[str, str]

    @classmethod
    def at(cls, home: Path, variables: Mapping[str, str]) -> NewEnvironment:
        """Return a new environment with these variables besides those of this process."""
        venv.create(home, with_pip=False)
        programs = home / "bin"
        paths = sysconfig.get_paths(vars={"base": str(home), "platbase": str(home)})
        here = sysconfig.get_paths()["purelib"]
        # `addsitedir` follows the links to what is installed editable here; a plain path does not.
        link = f"import site; site.addsitedir({here!r})\n"
        # The driver imports pandas wherever there is one, for a second each time; partners have none.
        lacks = "import sys; sys.modules['pandas'] = None\n"
        (Path(paths["purelib"]) / "here.pth").write_text(link + lacks, "utf-8")
        for module, program in {"pip": "pip", "pytest": "pytest"}.items():
            script = programs / program
            script.write_text(f'#!/bin/sh\nexec "{programs}/python" -m {module} "$@"\n', "utf-8")
            script.chmod(0o755)
        # Its own `python` runs it: the program that is installed here would see this environment.
        script = programs / "profilegraph"
        start = "from profilegraph.cli.main import run; run()"
        script.write_text(f'#!/bin/sh\nexec "{programs}/python" -c "{start}" "$@"\n', "utf-8")
        script.chmod(0o755)
        return cls(home, variables)

    def sh(self, script: str, folder: Path) -> str:
        """Return what a script prints; raises AssertionError with all of it where it fails."""
        done = subprocess.run(
            ["sh", "-euc", script],
            cwd=folder,
            env={
                **{key: value for key, value in os.environ.items() if not key.startswith("COV")},
                "PATH": f"{self.home / 'bin'}{os.pathsep}{os.environ['PATH']}",
                "VIRTUAL_ENV": str(self.home),
                "PIP_NO_INDEX": "1",
                "PIP_NO_DEPS": "1",
                "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it the other way round
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                "COLUMNS": "200",
                **self.variables,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout
