"""Filters that are given to commands: as JSON, or as a file of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path


def read_filter(text: str, where: str) -> Mapping[str, object]:
    """Return the filter of a text, or of the file that it names; raises InvalidInput for the option `where`."""
    from profilegraph.errors import InvalidInput

    try:
        if not text.lstrip().startswith("{"):
            text = Path(text).read_text(encoding="utf-8")
        found = json.loads(text)
    except (OSError, ValueError) as fault:
        raise InvalidInput(f"neither JSON nor a file of it: {fault}.", where=where) from fault
    if not isinstance(found, dict):
        raise InvalidInput("a filter is a JSON object.", where=where)
    return found
