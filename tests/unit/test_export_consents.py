"""The column `consents`: the latest word for each purpose, and of two at once the refusal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from profilegraph.domain.records.customers import Consent
from profilegraph.services.exports.columns import consented

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def said(purpose: str, days_ago: int, *, granted: bool) -> Consent:
    return Consent(
        key=f"{purpose} {days_ago} {granted}",
        customer="a",
        purpose=purpose,
        granted=granted,
        at=NOW - timedelta(days=days_ago),
    )


def test_the_latest_word_for_a_purpose_counts() -> None:
    words = [
        said("mail", 9, granted=False),
        said("mail", 1, granted=True),
        said("phone", 9, granted=True),
        said("phone", 1, granted=False),
    ]
    assert consented(words) == consented(words[::-1]) == ("mail",)


def test_of_two_words_at_one_moment_the_refusal_counts() -> None:
    words = [said("mail", 1, granted=True), said("mail", 1, granted=False)]
    assert consented(words) == consented(words[::-1]) == ()
