"""Cypher of leaves on what happened: events, follow-ups, arrivals, opportunities, consents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.cypher import comparisons, past
from profilegraph.engines.cypher.comparisons import Values, listed, one_of, optional
from profilegraph.engines.cypher.queries import (
    FOUND,
    OFTEN,
    LeafCompiler,
    LeafQueries,
    Query,
    counted,
)
from profilegraph.language.facts import Context
from profilegraph.language.nodes import (
    Arrivals,
    Consents,
    Events,
    EventTest,
    EventTotal,
    FollowUps,
    Leaf,
    Opportunities,
    OpportunityTest,
    Sequence,
    Stopped,
    Window,
)
from profilegraph.language.predicates import number_holds
from profilegraph.language.resolve import in_units

_DAY = timedelta(days=1) // timedelta(microseconds=1)


def event(variable: str, asked: str) -> str:
    """Return the predicate on an event."""
    return " AND ".join(
        [
            f"{variable}.type = {asked}.type",
            comparisons.moment(f"{variable}.at", asked),
            one_of(f"{variable}.channel", f"{asked}.channels"),
            optional(
                f"{asked}.content", comparisons.text(f"{variable}.content", f"{asked}.content")
            ),
            optional(
                f"{asked}.amount", comparisons.number(f"{variable}.amount", f"{asked}.amount")
            ),
        ]
    )


def event_values(test: EventTest, window: Window | None, context: Context) -> dict[str, Any]:
    """Return the parameters of `event`."""
    return {
        "type": test.type,
        **comparisons.moment_values(window, context.now),
        "channels": listed(test.channels),
        "content": None if test.content is None else comparisons.text_values(test.content),
        "amount": None if test.amount is None else comparisons.number_values(in_units(test.amount)),
    }


_DID = f"MATCH (c:Customer)-[:DID]->(e:Event) WHERE {event('e', '$q')}"
_EVENTS = f"{_DID} {OFTEN}"
# Not `sum`: where amounts add up to more than 64 bits hold it goes on with numbers that are about right.
_TOTAL = (
    f"{_DID} WITH c, collect(coalesce(e.amount, 0)) AS amounts"
    " WITH c, reduce(total = 0, amount IN amounts | total + amount) AS total"
    f" WHERE ({comparisons.number('total', '$q.total')}) = $q.holds {FOUND}"
)
# Each event is looked at once; pairs of events, of which there are many more, are pairs of numbers.
_SEQUENCE = (
    "MATCH (c:Customer)-[:DID]->(e:Event) WHERE e.type IN [$q.first.type, $q.then.type]"
    " WITH c, e, e.at.epochSeconds * 1000000 + e.at.microsecond AS at"
    f" WITH c, collect(CASE WHEN {event('e', '$q.first')} THEN at END) AS first,"
    f" collect(CASE WHEN {event('e', '$q.then')} THEN at END) AS then"
    " WHERE any(one IN first WHERE any(other IN then"
    f" WHERE one < other AND other - one <= $q.within)) {FOUND}"
)


def events(leaf: Events, _: Catalogue, context: Context) -> LeafQueries:
    """Return the queries of a leaf on the number of events."""
    return counted(_EVENTS, event_values(leaf, leaf.window, context), leaf)


def total(leaf: EventTotal, _: Catalogue, context: Context) -> LeafQueries:
    """Return the queries of a leaf on the sum of event amounts.

    Customers without such events are not matched by the statement although their total is 0. If 0
    is within the bounds, the customers whose total is not are queried and excluded.
    """
    test = in_units(leaf.total)
    values = event_values(leaf, leaf.window, context) | {"total": comparisons.number_values(test)}
    if number_holds(test, 0):
        return LeafQueries(excluded=(Query(_TOTAL, {**values, "holds": False}),))
    return LeafQueries((Query(_TOTAL, {**values, "holds": True}),))


def stopped(leaf: Stopped, _: Catalogue, context: Context) -> LeafQueries:
    """Return the queries of a leaf on events that ceased."""
    often = Events(leaf.type, leaf.channels, leaf.content, leaf.amount, at_least=leaf.at_least)
    did = counted(_EVENTS, event_values(leaf, leaf.did, context), often)
    since = counted(_EVENTS, event_values(leaf, leaf.did_not, context), Events(leaf.type))
    return LeafQueries(did.required, since.required)


def sequence(leaf: Sequence, _: Catalogue, context: Context) -> LeafQueries:
    """Return the query of a leaf on one event after another."""
    values = {
        "first": event_values(leaf.first, leaf.window, context),
        "then": event_values(leaf.then, leaf.window, context),
        "within": leaf.within_days * _DAY,
    }
    return LeafQueries((Query(_SEQUENCE, values),))


def opportunity(variable: str, asked: str) -> str:
    """Return the predicate on the values of an opportunity."""
    return " AND ".join(
        [
            one_of(f"{variable}.stage", f"{asked}.stages"),
            one_of(f"{variable}.outcome", f"{asked}.outcomes"),
            optional(f"{asked}.name", comparisons.text(f"{variable}.name", f"{asked}.name")),
            optional(
                f"{asked}.amount", comparisons.number(f"{variable}.amount", f"{asked}.amount")
            ),
            optional(
                f"{asked}.closes", comparisons.day(f"{variable}.closeDate", f"{asked}.closes")
            ),
            optional(f"{asked}.reason", comparisons.text(f"{variable}.reason", f"{asked}.reason")),
        ]
    )


def opportunity_values(test: OpportunityTest, context: Context) -> Values:
    """Return the parameters of `opportunity`."""
    name, amount, closes, reason = test.name, test.amount, test.close_date, test.reason
    outcomes = test.outcomes
    return {
        "stages": listed(test.stages),
        "outcomes": None if outcomes is None else [one.value for one in outcomes],
        "name": None if name is None else comparisons.text_values(name),
        "amount": None if amount is None else comparisons.number_values(in_units(amount)),
        "closes": None if closes is None else comparisons.day_values(closes, context.today),
        "reason": None if reason is None else comparisons.text_values(reason),
    }


def _opportunities(*, past_: bool) -> str:
    tests = [opportunity("o", "$q.where"), *past.held("o", past=past_)]
    sale = past.record("Opportunity", "o", past=past_)
    return f"MATCH (c:Customer)-[:HAS]->{sale} WHERE {' AND '.join(tests)} {OFTEN}"


_OPPORTUNITIES = {one: _opportunities(past_=one) for one in (False, True)}


def opportunities(leaf: Opportunities, _: Catalogue, context: Context) -> LeafQueries:
    """Return the queries of a leaf on the number of opportunities."""
    values = {"now": context.now, "where": opportunity_values(leaf.where, context)}
    return counted(_OPPORTUNITIES[context.past], values, leaf)


_FOLLOW_UPS = " AND ".join(
    [
        f"MATCH (c:Customer)-[:FOLLOWED_UP_BY]->(f:FollowUp) WHERE {comparisons.moment('f.at', '$q')}",
        one_of("f.kind", "$q.kinds"),
        "($q.employees IS NULL OR EXISTS { (f)-[:BY]->(w:Employee) WHERE w.key IN $q.employees })",
        optional("$q.note", comparisons.text("f.note", "$q.note")),
        f"{optional('$q.outcome', comparisons.text('f.outcome', '$q.outcome'))} {OFTEN}",
    ]
)


def follow_ups(leaf: FollowUps, _: Catalogue, context: Context) -> LeafQueries:
    """Return the queries of a leaf on the number of follow-ups."""
    note, outcome, kinds = leaf.note, leaf.outcome, leaf.kinds
    values: Mapping[str, Any] = {
        **comparisons.moment_values(leaf.window, context.now),
        "kinds": None if kinds is None else [one.value for one in kinds],
        "employees": listed(leaf.employees),
        "note": None if note is None else comparisons.text_values(note),
        "outcome": None if outcome is None else comparisons.text_values(outcome),
    }
    return counted(_FOLLOW_UPS, values, leaf)


_ARRIVALS = (
    f"MATCH (c:Customer)-[a:CAME_FROM]->(h:Channel) WHERE {comparisons.moment('a.at', '$q')}"
    " AND ($q.channels IS NULL OR EXISTS { (h)-[:PART_OF]->{0,}(x:Channel)"
    f" WHERE (NOT $q.exact OR x = h) AND x.key IN $q.channels }}) {OFTEN}"
)


def arrivals(leaf: Arrivals, _: Catalogue, context: Context) -> LeafQueries:
    """Return the queries of a leaf on the number of arrivals."""
    values = {
        **comparisons.moment_values(leaf.window, context.now),
        "channels": listed(leaf.channels),
        "exact": leaf.exact,
    }
    return counted(_ARRIVALS, values, leaf)


_CONSENTS = (
    f"MATCH (c:Customer)-[:GAVE]->(k:Consent) WHERE k.granted = $q.granted"
    f" AND {comparisons.moment('k.at', '$q')} AND {one_of('k.purpose', '$q.purposes')}"
    " AND NOT EXISTS { (c)-[:GAVE]->(n:Consent) WHERE n.purpose = k.purpose AND n.at <= $q.last"
    " AND (n.at > k.at OR (n.at = k.at AND k.granted AND NOT n.granted)) }"
    f" WITH DISTINCT c, k.purpose AS purpose {OFTEN}"
)


def consents(leaf: Consents, _: Catalogue, context: Context) -> LeafQueries:
    """Return the queries of a leaf on the latest consent record for each purpose."""
    values = {
        **comparisons.moment_values(leaf.window, context.now),
        "granted": leaf.granted,
        "purposes": listed(leaf.purposes),
    }
    return counted(_CONSENTS, values, leaf)


STATEMENTS = (
    *(_EVENTS, _TOTAL, _SEQUENCE, _FOLLOW_UPS, _ARRIVALS, _CONSENTS),
    *_OPPORTUNITIES.values(),
)
"""All statements of this module."""
LEAVES: Mapping[type[Leaf], LeafCompiler] = {
    Events: events,
    EventTotal: total,
    Stopped: stopped,
    Sequence: sequence,
    Opportunities: opportunities,
    FollowUps: follow_ups,
    Arrivals: arrivals,
    Consents: consents,
}
