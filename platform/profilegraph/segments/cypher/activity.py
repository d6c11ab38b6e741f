"""What happened, as Cypher: events, follow-ups, arrivals, possible sales, consents."""

from __future__ import annotations

from collections.abc import Iterator

from profilegraph.segments.cypher import comparing
from profilegraph.segments.cypher.comparing import in_bounds, times, within
from profilegraph.segments.cypher.scope import Scope
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


def events(leaf: Events, doer: str, scope: Scope) -> str:
    """Return the predicate on how often the customer or person of a variable did something."""
    return times(_did(doer, "e", scope), _event(leaf, leaf.window, "e", scope), leaf, scope)


def total(leaf: EventTotal, scope: Scope) -> str:
    """Return the predicate on the sum of amounts."""
    tests = " AND ".join(_event(leaf, leaf.window, "e", scope))
    event, sum_, part = (scope.name(short) for short in ("e", "total", "part"))
    enough = " AND ".join(comparing.number(sum_, in_units(leaf.total), scope))
    amounts = f"[{_did(scope.customer, 'e', scope)} WHERE {tests} | coalesce({event}.amount, 0)]"
    # Of no event there is no amount, and their sum is 0: an aggregate would find no row to judge.
    whole = f"reduce({sum_} = 0, {part} IN {amounts} | {sum_} + {part})"
    return f"any({sum_} IN [{whole}] WHERE {enough})"


def stopped(leaf: Stopped, scope: Scope) -> str:
    """Return the predicate that something was done, and then no more."""
    pattern = _did(scope.customer, "e", scope)
    before = " AND ".join(_event(leaf, leaf.did, "e", scope))
    since = " AND ".join(_event(leaf, leaf.did_not, "e", scope))
    return (
        f"(COUNT {{ {pattern} WHERE {before} }} >= {scope.add(leaf.at_least)}"
        f" AND NOT EXISTS {{ {pattern} WHERE {since} }})"
    )


def sequence(leaf: Sequence, scope: Scope) -> str:
    """Return the predicate that one event followed another."""
    first, then = scope.name("e"), scope.name("f")
    seconds = scope.add(leaf.within_days * _DAY_SECONDS)
    tests = [
        *_event(leaf.first, leaf.window, "e", scope),
        *_event(leaf.then, leaf.window, "f", scope),
        f"{first}.at < {then}.at",
        f"{then}.at <= {first}.at + duration({{seconds: {seconds}}})",
    ]
    patterns = f"{_did(scope.customer, 'e', scope)}, {_did(scope.customer, 'f', scope)}"
    return f"EXISTS {{ MATCH {patterns} WHERE {' AND '.join(tests)} }}"


def opportunities(leaf: Opportunities, scope: Scope) -> str:
    """Return the predicate on how many possible sales match."""
    pattern = f"({scope.customer})-[:HAS]->({scope.name('o')}:Opportunity)"
    return times(pattern, opportunity(leaf.where, scope), leaf, scope)


def opportunity(test: OpportunityTest, scope: Scope) -> Iterator[str]:
    """Yield what must hold of the opportunity bound to `o`."""
    sale = scope.name("o")
    if test.stages is not None:
        yield f"{sale}.stage IN {scope.add(list(test.stages))}"
    if test.outcomes is not None:
        yield f"{sale}.outcome IN {scope.add([one.value for one in test.outcomes])}"
    if test.name is not None:
        yield from comparing.text(f"{sale}.name", test.name, scope)
    if test.amount is not None:
        yield from comparing.number(f"{sale}.amount", in_units(test.amount), scope)
    if test.close_date is not None:
        yield from comparing.date(f"{sale}.closeDate", test.close_date, scope)
    if test.reason is not None:
        yield from comparing.text(f"{sale}.reason", test.reason, scope)


def follow_ups(leaf: FollowUps, scope: Scope) -> str:
    """Return the predicate on how often we met the customer."""
    pattern = f"({scope.customer})-[:FOLLOWED_UP_BY]->({scope.name('f')}:FollowUp)"
    return times(pattern, _follow_up(leaf, scope), leaf, scope)


def _follow_up(leaf: FollowUps, scope: Scope) -> Iterator[str]:
    met, employee = scope.name("f"), scope.name("w")
    yield from within(f"{met}.at", leaf.window, scope)
    if leaf.kinds is not None:
        yield f"{met}.kind IN {scope.add([one.value for one in leaf.kinds])}"
    if leaf.employees is not None:
        keys = scope.add(list(leaf.employees))
        yield f"EXISTS {{ ({met})-[:BY]->({employee}:Employee) WHERE {employee}.key IN {keys} }}"
    if leaf.note is not None:
        yield from comparing.text(f"{met}.note", leaf.note, scope)
    if leaf.outcome is not None:
        yield from comparing.text(f"{met}.outcome", leaf.outcome, scope)


def arrivals(leaf: Arrivals, scope: Scope) -> str:
    """Return the predicate on how often the customer came to us."""
    came, channel = scope.name("a"), scope.name("h")
    pattern = f"({scope.customer})-[{came}:CAME_FROM]->({channel}:Channel)"
    return times(pattern, _arrival(leaf, scope), leaf, scope)


def _arrival(leaf: Arrivals, scope: Scope) -> Iterator[str]:
    channel, above = scope.name("h"), scope.name("x")
    yield from within(f"{scope.name('a')}.at", leaf.window, scope)
    if leaf.channels is None:
        return
    keys = scope.add(list(leaf.channels))
    if leaf.exact:
        yield f"{channel}.key IN {keys}"
    else:
        path = f"({channel})-[:PART_OF]->{{0,}}({above}:Channel)"
        yield f"EXISTS {{ {path} WHERE {above}.key IN {keys} }}"


def consents(leaf: Consents, scope: Scope) -> str:
    """Return the predicate on for how many purposes the latest word is as asked."""
    word, newer = scope.name("k"), scope.name("n")
    now = scope.add(scope.context.now)
    tests = [
        f"{word}.granted = {scope.add(leaf.granted)}",
        *within(f"{word}.at", leaf.window, scope),
    ]
    if leaf.purposes is not None:
        tests.append(f"{word}.purpose IN {scope.add(list(leaf.purposes))}")
    overruled = (
        f"({scope.customer})-[:GAVE]->({newer}:Consent)"
        f" WHERE {newer}.purpose = {word}.purpose AND {newer}.at <= {now}"
        f" AND ({newer}.at > {word}.at"
        f" OR ({newer}.at = {word}.at AND {word}.granted AND NOT {newer}.granted))"
    )
    count = (
        f"COUNT {{ MATCH ({scope.customer})-[:GAVE]->({word}:Consent)"
        f" WHERE {' AND '.join(tests)} AND NOT EXISTS {{ {overruled} }}"
        f" RETURN DISTINCT {word}.purpose }}"
    )
    return in_bounds(count, leaf, scope)


def _did(doer: str, event: str, scope: Scope) -> str:
    return f"({doer})-[:DID]->({scope.name(event)}:Event)"


def _event(test: EventTest, window: Window | None, name: str, scope: Scope) -> Iterator[str]:
    event = scope.name(name)
    yield f"{event}.type = {scope.add(test.type)}"
    yield from within(f"{event}.at", window, scope)
    if test.channels is not None:
        yield f"{event}.channel IN {scope.add(list(test.channels))}"
    if test.content is not None:
        yield from comparing.text(f"{event}.content", test.content, scope)
    if test.amount is not None:
        yield from comparing.number(f"{event}.amount", in_units(test.amount), scope)
