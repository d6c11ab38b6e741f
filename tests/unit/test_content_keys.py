from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Consent
from profilegraph.domain.values import Record
from profilegraph.importers.records.content_keys import ContentKeys

AT = datetime(2026, 2, 1, 9, tzinfo=UTC)
EVENT = {"key": "-", "customer": "C1", "type": "purchase", "at": AT}


def keys(events: Sequence[Record]) -> list[str]:
    with closing(ContentKeys()) as made:
        return [made.key(event) for event in events]


def event(**values: object) -> Event:
    return Event.model_validate(EVENT | values)


def test_a_key_is_the_same_for_ever() -> None:
    amount = event(amount="10.50", channel="website")
    assert keys([amount, amount]) == [
        "content:65aca58820ec5ee1da08fec14b09f2ae#1",
        "content:65aca58820ec5ee1da08fec14b09f2ae#2",
    ]


def test_equal_values_have_one_key_however_they_are_written() -> None:
    china = AT.astimezone(timezone(timedelta(hours=8)))
    same = [event(amount="10"), event(amount="10.00", at=china, channel=None, key="own")]
    assert [keys([one]) for one in same] == [keys(same[:1])] * 2


def test_every_field_and_the_kind_make_another_key() -> None:
    values = {
        "customer": "C2",
        "type": "visit",
        "at": AT + timedelta(microseconds=1),
        "channel": "website",
        "content": "x",
        "amount": "0",
        "person": "P1",
    }
    assert values.keys() | {"key"} == Event.model_fields.keys()
    consent = Consent(key="-", customer="C1", purpose="sms", granted=True, at=AT)
    made = [event(), *(event(**{name: value}) for name, value in values.items()), consent]
    assert len({keys([one])[0] for one in made}) == len(made)


@given(
    st.lists(st.integers(0, 3), max_size=12),
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.booleans()), max_size=5),
)
def test_exports_of_one_history_add_up_to_it(
    history: list[int], windows: list[tuple[int, int, bool]]
) -> None:
    """Days are told whole by each export, as equal rows stand on one day."""
    history = sorted(history)
    known: set[str] = set()
    told: Counter[int] = Counter()
    for first, last, turned in windows:
        export = [one for one in history if first <= one <= last]
        known.update(keys([event(amount=one) for one in (export[::-1] if turned else export)]))
        told |= Counter(export)
    assert len(known) == told.total()
