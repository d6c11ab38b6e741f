"""Saves and loads the index, so that a starting process need not read the whole graph.

The file is a numpy archive: plain arrays, and one text that describes the objects made of them. It
is data only; nothing in it is executed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from profilegraph.engines.bitmap.columns import DictionaryColumn, Moments, Numbers
from profilegraph.engines.bitmap.keys import Keys
from profilegraph.engines.bitmap.run import Hierarchies, IndexRun
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.engines.bitmap.tables import IndexTable, References
from profilegraph.engines.bitmap.taggings import Taggings

FORMAT = 4
"""Files of another format are ignored: a change of any class below needs the next number."""
_CLASSES = {
    one.__name__: one
    for one in (
        DictionaryColumn,
        Keys,
        IndexRun,
        Moments,
        Numbers,
        References,
        IndexTable,
        Taggings,
        Hierarchies,
        IndexSnapshot,
    )
}
_TEXT = "contents"


def save(path: Path, view: IndexSnapshot, offsets: Mapping[str, Any]) -> None:
    """Write an index and the feed offsets that it includes, atomically."""
    arrays: list[NDArray[Any]] = []
    contents = {"format": FORMAT, "offsets": dict(offsets), "view": _packed(view, arrays)}
    text = np.frombuffer(json.dumps(contents, ensure_ascii=False).encode(), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            named = {f"a{place}": array for place, array in enumerate(arrays)}
            np.savez(file, allow_pickle=False, **{_TEXT: text}, **named)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)  # on a full disk, half a file would keep it full


def load(path: Path) -> tuple[IndexSnapshot, dict[str, Any]] | None:
    """Return an index and the feed offsets that it includes; None if there is no usable file."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            contents = json.loads(file[_TEXT].tobytes())
            if contents["format"] != FORMAT:
                return None
            view: IndexSnapshot = _unpacked(contents["view"], file)
            return view, contents["offsets"]
    except (OSError, BadZipFile, EOFError, KeyError, ValueError):
        # A cache: whatever is wrong with it, the graph has it all.
        return None


def _packed(value: Any, arrays: list[NDArray[Any]]) -> Any:
    match value:
        case np.ndarray():
            constant = value.strides == (0,) and len(value) > 0
            arrays.append(value[:1] if constant else value)
            return {"array": len(arrays) - 1, "times": len(value) if constant else None}
        case BitMap():
            arrays.append(np.frombuffer(value.serialize(), np.uint8))
            return {"set": len(arrays) - 1}
        case bytes():
            arrays.append(np.frombuffer(value, np.uint8))
            return {"bytes": len(arrays) - 1}
        case tuple():
            return {"tuple": [_packed(one, arrays) for one in value]}
        case dict():
            return {"dict": {key: _packed(one, arrays) for key, one in value.items()}}
        case _ if is_dataclass(value):
            named = {one.name: _packed(getattr(value, one.name), arrays) for one in fields(value)}
            return {"class": type(value).__name__, "fields": named}
        case _:
            return value


def _unpacked(value: Any, file: Mapping[str, NDArray[Any]]) -> Any:
    if not isinstance(value, dict):
        return value
    [*_, kind] = [
        name for name in ("array", "set", "bytes", "tuple", "dict", "class") if name in value
    ]
    here = value[kind]
    match kind:
        case "array":
            array = file[f"a{here}"]
            return array if value["times"] is None else np.broadcast_to(array[0], value["times"])
        case "set":
            return BitMap.deserialize(file[f"a{here}"].tobytes())
        case "bytes":
            return file[f"a{here}"].tobytes()
        case "tuple":
            return tuple(_unpacked(one, file) for one in here)
        case "dict":
            return {key: _unpacked(one, file) for key, one in here.items()}
        case _:
            named = {name: _unpacked(one, file) for name, one in value["fields"].items()}
            return _CLASSES[here](**named)
