"""The Neo4j driver: connections, transactions, deadlines, retries, errors and migrations."""

from __future__ import annotations

import sys

_UNUSED = ("pandas", "pyarrow")
"""Packages that the driver imports if installed, only to accept their values as parameters."""


def _import_driver() -> None:
    """Import the driver without unused packages, whose import takes longer than all else."""
    hidden = [name for name in _UNUSED if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment] # so is said that there is none
    try:
        import neo4j  # noqa: F401
    finally:
        for name in hidden:
            del sys.modules[name]


_import_driver()
