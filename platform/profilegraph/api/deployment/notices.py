"""What whoever asks about the past should know of the answer."""

from __future__ import annotations

from datetime import datetime

import strawberry

from profilegraph.api.runtime.enums import describe
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.labels import Locale
from profilegraph.domain.notices import Notice as Noted
from profilegraph.domain.notices import NoticeCode
from profilegraph.rendering.notices import notice_line

describe(
    NoticeCode,
    "Which records the platform came to know of only later than the moment asked about.",
    {
        "CUSTOMERS_SAVED_LATER": "Customers: `createdAt` brings in since when they have been some.",
        "PEOPLE_SAVED_LATER": "Decision-makers.",
        "OPPORTUNITIES_SAVED_LATER": "Opportunities.",
    },
)


@strawberry.type(description="That records were saved only later than the moment asked about.")
class Notice:
    """That records were saved only later than the moment asked about."""

    noted: strawberry.Private[Noted]
    code: NoticeCode = strawberry.field(description="Which records.")
    later: int = strawberry.field(
        description="How many were saved later; 10,000 stands for as many or more."
    )
    first: datetime = strawberry.field(description="When the first of those was saved, UTC.")
    nothing_before: bool = strawberry.field(
        description="Whether nothing is known of the moment: an answer as of then is empty."
    )

    @field("The notice as a sentence.")
    def text(self, locale: Locale = "en") -> str:
        """Return the notice as a sentence."""
        return notice_line(self.noted, locale)

    @classmethod
    def of(cls, one: Noted) -> Notice:
        """Return the API's view of a notice."""
        return cls(
            noted=one,
            code=one.code,
            later=one.later,
            first=one.first,
            nothing_before=one.nothing_before,
        )
