"""What happened, as Cypher: events, follow-ups, arrivals, possible sales, consents."""

from __future__ import annotations

from collections.abc import Iterator

from profilegraph.segments.cypher import comparing, past
from profilegraph.segments.cypher.comparing import in_bounds, times, within
from profilegraph.segments.cypher.frame import Frame
from profilegraph.segments.meaning import in_units
from profilegraph.segments.nodes import (
    Arrivals,
    Consents,
    Events,
    EventTest,
    EventTotal,
    FollowUps,
    Opportunities,
    OpportunityTest,
    Sequence,
    Stopped,
    Window,
)

_DAY_SECONDS = 86_400


def events(leaf: Events, doer: str, frame: Frame) -> str:
    """Return the predicate on how often the customer or person of a variable did something."""
    return times(_did(doer, "e", frame), _event(leaf, leaf.window, "e", frame), leaf, frame)


def total(leaf: EventTotal, frame: Frame) -> str:
    """Return the predicate on the sum of amounts."""
    tests = " AND ".join(_event(leaf, leaf.window, "e", frame))
    event, sum_, part = (frame.name(short) for short in ("e", "total", "part"))
    enough = " AND ".join(comparing.number(sum_, in_units(leaf.total), frame))
    amounts = f"[{_did(frame.customer, 'e', frame)} WHERE {tests} | coalesce({event}.amount, 0)]"
    # Of no event there is no amount, and their sum is 0: an aggregate would find no row to judge.
    whole = f"reduce({sum_} = 0, {part} IN {amounts} | {sum_} + {part})"
    return f"any({sum_} IN [{whole}] WHERE {enough})"


def stopped(leaf: Stopped, frame: Frame) -> str:
    """Return the predicate that something was done, and then no more."""
    pattern = _did(frame.customer, "e", frame)
    before = " AND ".join(_event(leaf, leaf.did, "e", frame))
    since = " AND ".join(_event(leaf, leaf.did_not, "e", frame))
    return (
        f"(COUNT {{ {pattern} WHERE {before} }} >= {frame.add(leaf.at_least)}"
        f" AND NOT EXISTS {{ {pattern} WHERE {since} }})"
    )


def sequence(leaf: Sequence, frame: Frame) -> str:
    """Return the predicate that one event followed another."""
    first, then = frame.name("e"), frame.name("f")
    seconds = frame.add(leaf.within_days * _DAY_SECONDS)
    tests = [
        *_event(leaf.first, leaf.window, "e", frame),
        *_event(leaf.then, leaf.window, "f", frame),
        f"{first}.at < {then}.at",
        f"{then}.at <= {first}.at + duration({{seconds: {seconds}}})",
    ]
    patterns = f"{_did(frame.customer, 'e', frame)}, {_did(frame.customer, 'f', frame)}"
    return f"EXISTS {{ MATCH {patterns} WHERE {' AND '.join(tests)} }}"


def opportunities(leaf: Opportunities, frame: Frame) -> str:
    """Return the predicate on how many possible sales match."""
    pattern = f"({frame.customer})-[:HAS]->{past.record('Opportunity', 'o', frame)}"
    return times(pattern, opportunity(leaf.where, frame), leaf, frame)


def opportunity(test: OpportunityTest, frame: Frame) -> Iterator[str]:
    """Yield what must hold of the opportunity bound to `o`."""
    sale = frame.name("o")
    yield from past.held(sale, frame)
    if test.stages is not None:
        yield f"{sale}.stage IN {frame.add(list(test.stages))}"
    if test.outcomes is not None:
        yield f"{sale}.outcome IN {frame.add([one.value for one in test.outcomes])}"
    if test.name is not None:
        yield from comparing.text(f"{sale}.name", test.name, frame)
    if test.amount is not None:
        yield from comparing.number(f"{sale}.amount", in_units(test.amount), frame)
    if test.close_date is not None:
        yield from comparing.date(f"{sale}.closeDate", test.close_date, frame)
    if test.reason is not None:
        yield from comparing.text(f"{sale}.reason", test.reason, frame)


def follow_ups(leaf: FollowUps, frame: Frame) -> str:
    """Return the predicate on how often we met the customer."""
    pattern = f"({frame.customer})-[:FOLLOWED_UP_BY]->({frame.name('f')}:FollowUp)"
    return times(pattern, _follow_up(leaf, frame), leaf, frame)


def _follow_up(leaf: FollowUps, frame: Frame) -> Iterator[str]:
    met, employee = frame.name("f"), frame.name("w")
    yield from within(f"{met}.at", leaf.window, frame)
    if leaf.kinds is not None:
        yield f"{met}.kind IN {frame.add([one.value for one in leaf.kinds])}"
    if leaf.employees is not None:
        keys = frame.add(list(leaf.employees))
        yield f"EXISTS {{ ({met})-[:BY]->({employee}:Employee) WHERE {employee}.key IN {keys} }}"
    if leaf.note is not None:
        yield from comparing.text(f"{met}.note", leaf.note, frame)
    if leaf.outcome is not None:
        yield from comparing.text(f"{met}.outcome", leaf.outcome, frame)


def arrivals(leaf: Arrivals, frame: Frame) -> str:
    """Return the predicate on how often the customer came to us."""
    came, channel = frame.name("a"), frame.name("h")
    pattern = f"({frame.customer})-[{came}:CAME_FROM]->({channel}:Channel)"
    return times(pattern, _arrival(leaf, frame), leaf, frame)


def _arrival(leaf: Arrivals, frame: Frame) -> Iterator[str]:
    channel, above = frame.name("h"), frame.name("x")
    yield from within(f"{frame.name('a')}.at", leaf.window, frame)
    if leaf.channels is None:
        return
    keys = frame.add(list(leaf.channels))
    if leaf.exact:
        yield f"{channel}.key IN {keys}"
    else:
        path = f"({channel})-[:PART_OF]->{{0,}}({above}:Channel)"
        yield f"EXISTS {{ {path} WHERE {above}.key IN {keys} }}"


def consents(leaf: Consents, frame: Frame) -> str:
    """Return the predicate on for how many purposes the latest word is as asked."""
    word, newer = frame.name("k"), frame.name("n")
    now = frame.add(frame.context.now)
    tests = [
        f"{word}.granted = {frame.add(leaf.granted)}",
        *within(f"{word}.at", leaf.window, frame),
    ]
    if leaf.purposes is not None:
        tests.append(f"{word}.purpose IN {frame.add(list(leaf.purposes))}")
    overruled = (
        f"({frame.customer})-[:GAVE]->({newer}:Consent)"
        f" WHERE {newer}.purpose = {word}.purpose AND {newer}.at <= {now}"
        f" AND ({newer}.at > {word}.at"
        f" OR ({newer}.at = {word}.at AND {word}.granted AND NOT {newer}.granted))"
    )
    count = (
        f"COUNT {{ MATCH ({frame.customer})-[:GAVE]->({word}:Consent)"
        f" WHERE {' AND '.join(tests)} AND NOT EXISTS {{ {overruled} }}"
        f" RETURN DISTINCT {word}.purpose }}"
    )
    return in_bounds(count, leaf, frame)


def _did(doer: str, event: str, frame: Frame) -> str:
    return f"({doer})-[:DID]->({frame.name(event)}:Event)"


def _event(test: EventTest, window: Window | None, name: str, frame: Frame) -> Iterator[str]:
    event = frame.name(name)
    yield f"{event}.type = {frame.add(test.type)}"
    yield from within(f"{event}.at", window, frame)
    if test.channels is not None:
        yield f"{event}.channel IN {frame.add(list(test.channels))}"
    if test.content is not None:
        yield from comparing.text(f"{event}.content", test.content, frame)
    if test.amount is not None:
        yield from comparing.number(f"{event}.amount", in_units(test.amount), frame)
