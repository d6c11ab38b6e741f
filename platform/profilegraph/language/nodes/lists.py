"""The condition of a saved list of customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import InstanceOf
from pyroaring import FrozenBitMap


@dataclass(frozen=True)
class Listed:
    """Whether the customer is on a list: chosen by hand, or the members of one moment.

    Filters do not hold lists but name the segment that is one; so there is no JSON to read it from.
    """

    NAME: ClassVar[str] = "listed"
    ordinals: InstanceOf[FrozenBitMap]
