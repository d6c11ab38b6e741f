"""Notices that go with answers about the past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

MOST = 10_000
"""How many are counted; more are told as so many or more."""


class NoticeCode(StrEnum):
    """Which records were saved only later than the past moment of the question."""

    CUSTOMERS_SAVED_LATER = "CUSTOMERS_SAVED_LATER"
    PEOPLE_SAVED_LATER = "PEOPLE_SAVED_LATER"
    OPPORTUNITIES_SAVED_LATER = "OPPORTUNITIES_SAVED_LATER"


@dataclass(frozen=True)
class Notice:
    """That records were saved only later than the moment that is asked about."""

    code: NoticeCode
    at: datetime
    """The moment that is asked about."""
    later: int
    """How many were saved later: `MOST` where it is as many or more."""
    first: datetime
    """When the first of those was saved."""
    nothing_before: bool
    """Whether nothing at all is known of the moment: the answer is empty for that reason."""


Notices: TypeAlias = dict[tuple[NoticeCode, datetime], Notice | None]
"""What was found out about the moments that a request asks about; None where there is nothing to say."""
