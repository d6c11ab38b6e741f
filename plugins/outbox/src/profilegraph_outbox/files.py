"""Files of the outbox: they hold addresses, so nobody but their owner may read them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Any

FILE_MODE = 0o600
FOLDER_MODE = 0o700


def outbox_at(folder: str) -> Path:
    """Return the outbox's folder, which is made where it is not there."""
    path = Path(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=FOLDER_MODE, exist_ok=True)
    return path


def private(
    path: Path, mode: str, encoding: str | None = None, newline: str | None = None
) -> IO[Any]:
    """Return an open file that only its owner may read; one that is there already becomes so."""
    file: IO[Any] = open(  # noqa: SIM115  (an opener of its own; whoever calls closes it)
        path, mode, encoding=encoding, newline=newline, opener=_opener
    )
    os.fchmod(file.fileno(), FILE_MODE)
    return file


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags, FILE_MODE)
