"""What changed, as lines of JSON in the outbox's folder, for programs that read files."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict

from profilegraph.hooks import MembershipChanged, TagsChanged
from profilegraph_outbox.files import outbox_at, private
from profilegraph_outbox.lists import FOLDER

MEMBERSHIP, TAGS = "membership.jsonl", "tags.jsonl"


def note(file: str, change: MembershipChanged | TagsChanged) -> None:
    """Append a change to a file of the outbox; where no folder is set, nothing is kept."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return
    line = json.dumps(asdict(change), ensure_ascii=False, default=str)
    path = outbox_at(folder)
    with private(path / file, "ab") as journal:
        # Several processes may be told of changes at once.
        fcntl.flock(journal, fcntl.LOCK_EX)
        _append(journal.fileno(), f"{line}\n".encode())


def _append(descriptor: int, line: bytes) -> None:
    """Write a line as a whole or, on a full disk, nothing of it: half a line would spoil the next."""
    end = os.lseek(descriptor, 0, os.SEEK_END)
    try:
        while line:
            line = line[os.write(descriptor, line) :]
    except OSError:
        os.ftruncate(descriptor, end)
        raise
