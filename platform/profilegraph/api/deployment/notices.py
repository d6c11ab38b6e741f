"""Notices that go with answers about the past."""

from __future__ import annotations

from datetime import datetime

import strawberry

from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import describe
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.labels import Locale
from profilegraph.domain.notices import Notice as Noted
from profilegraph.domain.notices import NoticeCode
from profilegraph.rendering.notices import notice_line

describe(
    NoticeCode,
    {
        "CUSTOMERS_SAVED_LATER": "Customers: `createdAt` brings in since when they have been some.",
        "PEOPLE_SAVED_LATER": "Decision-makers.",
        "OPPORTUNITIES_SAVED_LATER": "Opportunities.",
    },
)


@object_type
class Notice:
    """A notice that records were saved only after the moment of the question."""

    noted: strawberry.Private[Noted]
    code: NoticeCode = strawberry.field(description="Which records.")
    later: int = strawberry.field(
        description="How many were saved later; 10,000 means 10,000 or more."
    )
    first: datetime = strawberry.field(description="When the first of those was saved, UTC.")
    nothing_before: bool = strawberry.field(
        description="Whether nothing is known as of the moment, so that the answer is empty."
    )

    @field
    def text(self, locale: Locale = "en") -> str:
        """The notice as a sentence."""
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
