"""A filter as one Cypher predicate over a customer `c`; every value is a parameter.

The predicate is true or false, never null. It needs nothing but Neo4j: no index of ours, no
procedure, so it runs on any server and cluster.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from profilegraph.domain.catalogue import Catalogue
from profilegraph.segments import nodes
from profilegraph.segments.answers import ByFilter, ByTag, Level, tag_places
from profilegraph.segments.cypher import activity, levels, people, profile, relations
from profilegraph.segments.cypher.comparing import joined
from profilegraph.segments.cypher.frame import Frame, Parameters
from profilegraph.segments.cypher.people import visible
from profilegraph.segments.facts import Context
from profilegraph.segments.nodes import (
    AllOf,
    AnyOf,
    InSegment,
    Listed,
    Node,
    Not,
    PersonTest,
    Related,
)

__all__ = ["Compiler", "Parameters"]


@dataclass(frozen=True)
class Compiler:
    """Turns the nodes of one query's filters into predicates that share its parameters."""

    catalogue: Catalogue
    context: Context
    parameters: Parameters = field(default_factory=Parameters)

    def predicate(self, node: Node) -> str:
        """Return a Cypher expression, true or false for a customer bound to `c`."""
        return _predicate(node, self._frame)

    def visible(self) -> str:
        """Return the predicate that a customer bound to `c` is there for whoever asks."""
        return visible(self._frame)

    def members(self, node: Node) -> str:
        """Return the predicate that a customer bound to `c` may be seen and matches."""
        return f"{self.visible()} AND {self.predicate(node)}"

    def people(self) -> str:
        """Return the pattern that binds every person to `p` and its customer to `c1`."""
        return people.everyone(self._frame)

    def person(self, node: Node, where: PersonTest) -> str:
        """Return a Cypher expression about a person bound to `p` at a customer bound to `c1`.

        It is true where the one is as asked and the other matches, else false or null.
        """
        # The person is in scope of the customer's predicate, so that stands a level deeper.
        member = _predicate(node, self._frame.inner())
        seen = visible(self._frame.inner())
        return " AND ".join([*people.person(where, self._frame), seen, member])

    def places(self, level: Level) -> str:
        """Return a Cypher expression, the numbers of the level's buckets that `c` is in.

        Of a customer in none of them it is empty: the last bucket, of these, is not told.
        """
        match level:
            case ByTag(dimension):
                return self.tag_places(tag_places(dimension, self.catalogue))
            case ByFilter(filters):
                return levels.of_filters([self.predicate(one) for one in filters])
            case _:
                assert_never(level)

    def tag_places(self, places: Mapping[str, Sequence[int]]) -> str:
        """Return a Cypher expression, the numbers that the full keys of `c`'s tags stand for."""
        return levels.of_tags(places, self._frame)

    @property
    def _frame(self) -> Frame:
        return Frame(self.catalogue, self.context, self.parameters)


def _predicate(node: Node, frame: Frame) -> str:
    match node:
        case AllOf(conditions):
            return joined(" AND ", [_predicate(one, frame) for one in conditions], "true")
        case AnyOf(conditions):
            return joined(" OR ", [_predicate(one, frame) for one in conditions], "false")
        case Not(condition):
            return f"NOT ({_predicate(condition, frame)})"
        case Related(where=where):
            return relations.related(node, _predicate(where, frame.inner()), frame)
        case InSegment(key):
            return _predicate(frame.context.library.segment(key).filter, frame)
        case nodes.Tags() | nodes.Attribute() | nodes.Metric() | nodes.Cohort() | Listed():
            return _profile(node, frame)
        case nodes.People():
            return people.people(node, frame)
        case nodes.Owners():
            return people.owners(node, frame)
        case nodes.Teams():
            return people.teams(node, frame)
        case _:
            return _activity(node, frame)


def _profile(
    leaf: nodes.Tags | nodes.Attribute | nodes.Metric | nodes.Cohort | Listed, frame: Frame
) -> str:
    match leaf:
        case nodes.Tags():
            return profile.tags(leaf, frame)
        case nodes.Attribute():
            return profile.attribute(leaf, frame)
        case nodes.Metric():
            return profile.metric(leaf, frame)
        case nodes.Cohort():
            return profile.cohort(leaf, frame)
        case Listed(ordinals):
            return profile.listed(ordinals, frame)
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
    frame: Frame,
) -> str:
    match leaf:
        case nodes.Events():
            return activity.events(leaf, frame.customer, frame)
        case nodes.EventTotal():
            return activity.total(leaf, frame)
        case nodes.Stopped():
            return activity.stopped(leaf, frame)
        case nodes.Sequence():
            return activity.sequence(leaf, frame)
        case nodes.Opportunities():
            return activity.opportunities(leaf, frame)
        case nodes.FollowUps():
            return activity.follow_ups(leaf, frame)
        case nodes.Arrivals():
            return activity.arrivals(leaf, frame)
        case nodes.Consents():
            return activity.consents(leaf, frame)
        case _:
            assert_never(leaf)
