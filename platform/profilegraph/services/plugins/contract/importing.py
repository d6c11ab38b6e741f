"""Checks that importing a plugin has no side effects."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from profilegraph.services.plugins.contract.findings import ContractFinding
from profilegraph.services.plugins.contract.import_watch import ANSWER

SECONDS = 60.0
_WATCH = "profilegraph.services.plugins.contract.import_watch"


def import_findings(module: str) -> Iterator[ContractFinding]:
    """Yield the side effects of importing a module: files, sockets, threads, the environment.

    It is imported in a process of its own, with a time limit of a minute.
    """
    about = f"import of {module}"
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(  # noqa: S603  (the module's name is an argument, and no shell reads it)
            [sys.executable, "-m", _WATCH, module],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        yield ContractFinding(
            about, f"takes longer than {SECONDS:g} s.", "Do the work when it is asked for."
        )
        return
    answers = [line for line in done.stdout.splitlines() if line.startswith(ANSWER)]
    if done.returncode or not answers:
        last = (done.stderr.strip().splitlines() or ["it ends the process"])[-1]
        yield ContractFinding(
            about, f"fails: {last}.", "It must import wherever profilegraph does."
        )
        return
    for effect in json.loads(answers[-1].removeprefix(ANSWER)):
        yield ContractFinding(
            about, f"{effect}.", "Do it in the function that needs it, not on import."
        )
