"""A leaf as queries of the graph: the second evaluator, which needs nothing but Neo4j.

Each kind of leaf has one text, or one for the present and one for the past; what is asked is a
parameter. A filter is not one text of its own, which would be planned anew for each that somebody
thinks of: the sets that its leaves' queries find are combined outside.
"""

from __future__ import annotations

from typing import TypeAlias, assert_never

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.cypher import activity, people, profile
from profilegraph.engines.cypher.queries import LeafQueries
from profilegraph.language import nodes
from profilegraph.language.facts import Context

Profile: TypeAlias = nodes.Tags | nodes.AttributeLeaf | nodes.MetricLeaf | nodes.Cohort
Persons: TypeAlias = nodes.People | nodes.Owners | nodes.Teams
Happened: TypeAlias = nodes.Events | nodes.EventTotal | nodes.Stopped | nodes.Sequence
Records: TypeAlias = nodes.Opportunities | nodes.FollowUps | nodes.Arrivals | nodes.Consents
OwnLeaf: TypeAlias = Profile | Persons | Happened | Records
"""A leaf that asks about one customer alone."""
STATEMENTS = (*profile.STATEMENTS, *activity.STATEMENTS, *people.STATEMENTS)
"""All texts that there are."""


def leaf_queries(leaf: OwnLeaf, catalogue: Catalogue, context: Context) -> LeafQueries:
    """Return the queries whose sets make up the customers that match a leaf."""
    match leaf:
        case nodes.Tags() | nodes.AttributeLeaf() | nodes.MetricLeaf() | nodes.Cohort():
            return _profile(leaf, catalogue, context)
        case nodes.People():
            return people.people(leaf, context)
        case nodes.Owners():
            return people.owners(leaf, context)
        case nodes.Teams():
            return people.teams(leaf, context)
        case nodes.Events() | nodes.EventTotal() | nodes.Stopped() | nodes.Sequence():
            return _happened(leaf, context)
        case _:
            return _records(leaf, context)


def _profile(leaf: Profile, catalogue: Catalogue, context: Context) -> LeafQueries:
    match leaf:
        case nodes.Tags():
            return profile.tags(leaf, catalogue, context)
        case nodes.AttributeLeaf():
            return profile.attribute(leaf, context)
        case nodes.MetricLeaf():
            return profile.metric(leaf)
        case nodes.Cohort():
            return profile.cohort(leaf)
        case _:
            assert_never(leaf)


def _happened(leaf: Happened, context: Context) -> LeafQueries:
    match leaf:
        case nodes.Events():
            return activity.events(leaf, context)
        case nodes.EventTotal():
            return activity.total(leaf, context)
        case nodes.Stopped():
            return activity.stopped(leaf, context)
        case nodes.Sequence():
            return activity.sequence(leaf, context)
        case _:
            assert_never(leaf)


def _records(leaf: Records, context: Context) -> LeafQueries:
    match leaf:
        case nodes.Opportunities():
            return activity.opportunities(leaf, context)
        case nodes.FollowUps():
            return activity.follow_ups(leaf, context)
        case nodes.Arrivals():
            return activity.arrivals(leaf, context)
        case nodes.Consents():
            return activity.consents(leaf, context)
        case _:
            assert_never(leaf)
