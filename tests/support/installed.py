"""Plugins as an installer leaves them: modules and distributions with entry points in a folder."""

from __future__ import annotations

from pathlib import Path

BROKEN = {
    "raising": "1 / 0\n",
    "misspelt": "from profilegraph.hooks import hookimpl\n"
    "@hookimpl\ndef register_modles():\n    return []\n",
    "newer": "from profilegraph.hooks import hookimpl\nprofilegraph_api = '>=7'\n"
    "@hookimpl\ndef register_models():\n    return []\n",
    "deaf": "from profilegraph.hooks import hookimpl\n"
    "@hookimpl\ndef on_tags_changed(change):\n    raise OSError\n",
}
"""One that raises on import, one that misspells a hook, one for a later API, one that fails later."""


def install(folder: Path) -> None:
    """Put the broken plugins into a folder that a process has on its path."""
    for name, source in BROKEN.items():
        (folder / f"plug_{name}.py").write_text(source)
        info = folder / f"plug_{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: plug-{name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[profilegraph]\n{name} = plug_{name}\n")
