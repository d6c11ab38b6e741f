"""What whoever asks about the past should know of the answer."""

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


_WHO = {
    NoticeCode.CUSTOMERS_SAVED_LATER: ("customers", "客户"),
    NoticeCode.PEOPLE_SAVED_LATER: ("decision-makers", "决策人"),
    NoticeCode.OPPORTUNITIES_SAVED_LATER: ("opportunities", "商机"),
}


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

    def text(self, locale: str) -> str:
        """Return the notice as a sentence."""
        english, chinese = _WHO[self.code]
        day, first = f"{self.at:%Y-%m-%d %H:%M}", f"{self.first:%Y-%m-%d %H:%M}"
        if locale.lower().startswith("zh"):
            many = f"{self.later:,} 个或更多" if self.later >= MOST else f"{self.later:,} 个"
            known = f"平台在 {day} UTC 时没有任何{chinese}的记录；" if self.nothing_before else ""
            return f"{known}{many}{chinese}在此之后才存入（最早 {first} UTC），未计入该时刻。"
        many = f"{self.later:,} or more" if self.later >= MOST else f"{self.later:,}"
        known = f"Nothing is known of {english} at {day} UTC. " if self.nothing_before else ""
        return (
            f"{known}{english.capitalize()} saved only later: {many}, the first at {first} UTC; an answer"
            " as of then lacks them."
        )


Notices: TypeAlias = dict[tuple[NoticeCode, datetime], Notice | None]
"""What was found out about the moments that a request asks about; None where there is nothing to say."""
