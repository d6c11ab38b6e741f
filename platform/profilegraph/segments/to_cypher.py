"""A filter as one Cypher predicate over a customer `c`; every value is a parameter.

The predicate is true or false, never null. It needs nothing but Neo4j: no index of ours, no
procedure, so it runs on any server and cluster.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from profilegraph.domain.catalogue import Catalogue
from profilegraph.segments import nodes
from profilegraph.segments.cypher import activity, people, profile, relations
from profilegraph.segments.cypher.comparing import joined
from profilegraph.segments.cypher.scope import Parameters, Scope
from profilegraph.segments.facts import Context
from profilegraph.segments.nodes import AllOf, AnyOf, InSegment, Node, Not, Related

__all__ = ["Compiler", "Parameters"]


@dataclass(frozen=True)
class Compiler:
    """Turns the nodes of one query's filters into predicates that share its parameters."""

    catalogue: Catalogue
    context: Context
    parameters: Parameters = field(default_factory=Parameters)

    def predicate(self, node: Node) -> str:
        """Return a Cypher expression, true or false for a customer bound to `c`."""
        return _predicate(node, Scope(self.catalogue, self.context, self.parameters))


def _predicate(node: Node, scope: Scope) -> str:
    match node:
        case AllOf(conditions):
            return joined(" AND ", [_predicate(one, scope) for one in conditions], "true")
        case AnyOf(conditions):
            return joined(" OR ", [_predicate(one, scope) for one in conditions], "false")
        case Not(condition):
            return f"NOT ({_predicate(condition, scope)})"
        case Related(where=where):
            return relations.related(node, _predicate(where, scope.inner()), scope)
        case InSegment(key):
            return _predicate(scope.context.library.segment(key).filter, scope)
        case nodes.Tags() | nodes.Attribute() | nodes.Metric() | nodes.Cohort():
            return _profile(node, scope)
        case nodes.People():
            return people.people(node, scope)
        case nodes.Owners():
            return people.owners(node, scope)
        case nodes.Teams():
            return people.teams(node, scope)
        case _:
            return _activity(node, scope)


def _profile(leaf: nodes.Tags | nodes.Attribute | nodes.Metric | nodes.Cohort, scope: Scope) -> str:
    match leaf:
        case nodes.Tags():
            return profile.tags(leaf, scope)
        case nodes.Attribute():
            return profile.attribute(leaf, scope)
        case nodes.Metric():
            return profile.metric(leaf, scope)
        case nodes.Cohort():
            return profile.cohort(leaf, scope)
        case _:
            assert_never(leaf)


def _activity(
    leaf: nodes.Events
    | nodes.EventTotal
    | nodes.Stopped
    | nodes.Sequence
    | nodes.Opportunities
    | nodes.FollowUps
    | nodes.Arrivals
    | nodes.Consents,
    scope: Scope,
) -> str:
    match leaf:
        case nodes.Events():
            return activity.events(leaf, scope.customer, scope)
        case nodes.EventTotal():
            return activity.total(leaf, scope)
        case nodes.Stopped():
            return activity.stopped(leaf, scope)
        case nodes.Sequence():
            return activity.sequence(leaf, scope)
        case nodes.Opportunities():
            return activity.opportunities(leaf, scope)
        case nodes.FollowUps():
            return activity.follow_ups(leaf, scope)
        case nodes.Arrivals():
            return activity.arrivals(leaf, scope)
        case nodes.Consents():
            return activity.consents(leaf, scope)
        case _:
            assert_never(leaf)
