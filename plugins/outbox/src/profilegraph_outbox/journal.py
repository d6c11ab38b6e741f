"""What changed, as lines of JSON in the outbox's folder, for programs that read files."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict
from pathlib import Path

from profilegraph.hooks import MembershipChanged, TagsChanged
from profilegraph_outbox.lists import FOLDER

MEMBERSHIP, TAGS = "membership.jsonl", "tags.jsonl"


def note(file: str, change: MembershipChanged | TagsChanged) -> None:
    """Append a change to a file of the outbox; where no folder is set, nothing is kept."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return
    line = json.dumps(asdict(change), ensure_ascii=False, default=str)
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    with (path / file).open("a", encoding="utf-8") as journal:
        # Several processes may be told of changes at once.
        fcntl.flock(journal, fcntl.LOCK_EX)
        journal.write(f"{line}\n")
