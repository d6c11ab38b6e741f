"""Imports one module in a process of its own and prints its side effects as JSON.

`python -m profilegraph.services.plugins.contract.import_watch MODULE`
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

# What every plugin needs is imported before watching begins: its own doings are not the plugin's.
import numpy  # noqa: F401
import pydantic  # noqa: F401

import profilegraph.hooks  # noqa: F401

ANSWER = "profilegraph watched: "
"""Printed before the answer, because the imported module may print, too."""
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_EVENTS = {
    "socket.__new__": "opens a socket",
    "socket.getaddrinfo": "looks up a host",
    "subprocess.Popen": "starts a process",
    "os.system": "starts a process",
    "os.posix_spawn": "starts a process",
    "os.fork": "starts a process",
    "os.exec": "starts a process",
    "os.mkdir": "makes a folder",
    "os.remove": "removes a file",
    "os.rename": "renames a file",
    "os.chdir": "changes the working folder",
    "os.putenv": "changes the environment",
    "os.unsetenv": "changes the environment",
}
_STANDARD = str(Path(os.__file__).parent)


def watch(module: str) -> list[str]:
    """Return the side effects of importing a module, each once as `what: where`."""
    spec = importlib.util.find_spec(module)
    origin = Path(spec.origin).parent if spec is not None and spec.origin else Path()
    seen: dict[str, None] = {}

    def note(what: str) -> None:
        seen.setdefault(f"{what}: {_place()}")

    _watch_environment(origin, note)
    _watch_threads(note)
    sys.addaudithook(_hook(note))
    importlib.import_module(module)
    return list(seen)


def _hook(note: Callable[[str], None]) -> Callable[[str, tuple[Any, ...]], None]:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if flags & _WRITES and "__pycache__" not in str(path):
                note(f"writes the file {path}")
        elif event in _EVENTS and "__pycache__" not in str(arguments[:1]):
            note(_EVENTS[event])

    return hook


def _watch_environment(origin: Path, note: Callable[[str], None]) -> None:
    environment: Any = type(os.environ)
    get = environment.__getitem__

    def watched(self: Any, key: str) -> str:
        if origin != Path() and _place().startswith(str(origin)):
            note(f"reads the environment variable {key}")
        found: str = get(self, key)
        return found

    environment.__getitem__ = watched


def _watch_threads(note: Callable[[str], None]) -> None:
    thread: Any = threading.Thread
    start = thread.start

    def watched(self: threading.Thread) -> None:
        note("starts a thread")
        start(self)

    thread.start = watched


def _place() -> str:
    """Return file and line of the innermost frame outside Python's own code and this module."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        file = frame.f_code.co_filename
        own = file == __file__ or file.startswith((_STANDARD, "<"))
        if not own or f"{os.sep}site-packages{os.sep}" in file:
            return f"{file}:{frame.f_lineno}"
        frame = frame.f_back
    return "Python"


if __name__ == "__main__":
    print(f"\n{ANSWER}{json.dumps(watch(sys.argv[1]))}", flush=True)  # noqa: T201  (what it is asked for)
