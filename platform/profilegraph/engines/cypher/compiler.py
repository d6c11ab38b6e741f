"""Compiles a leaf to queries of the graph: the second evaluator, which needs nothing but Neo4j.

Each kind of leaf has one statement, or one for the present and one for the past, with all operands
as parameters. A filter is not compiled to one statement, which the server would plan anew for each
filter: the sets of its leaves are combined outside the database.
"""

from __future__ import annotations

from collections.abc import Mapping

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.cypher import activity, people, profile
from profilegraph.engines.cypher.queries import LeafCompiler, LeafQueries
from profilegraph.language.facts import Context
from profilegraph.language.nodes import Leaf

LEAVES: Mapping[type[Leaf], LeafCompiler] = {**profile.LEAVES, **activity.LEAVES, **people.LEAVES}
"""Compilers of the leaves that depend on one customer alone."""
STATEMENTS = (*profile.STATEMENTS, *activity.STATEMENTS, *people.STATEMENTS)
"""All statements."""


def leaf_queries(leaf: Leaf, catalogue: Catalogue, context: Context) -> LeafQueries:
    """Return the queries whose result sets determine the customers that match a leaf."""
    return LEAVES[type(leaf)](leaf, catalogue, context)
