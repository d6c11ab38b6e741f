"""The states of a change of tags in use."""

from __future__ import annotations

from enum import StrEnum


class ChangeState(StrEnum):
    """How far a change of tags has come."""

    PLANNED = "PLANNED"
    APPLYING = "APPLYING"
    """Definitions and filters have changed, and taggings follow batch by batch."""
    APPLIED = "APPLIED"
    UNDOING = "UNDOING"
    """Definitions and filters are as before, and taggings follow batch by batch."""
    UNDONE = "UNDONE"
