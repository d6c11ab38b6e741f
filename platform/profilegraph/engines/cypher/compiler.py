"""A leaf as queries of the graph: the second evaluator, which needs nothing but Neo4j.

Each kind of leaf has one text, or one for the present and one for the past; what is asked is a
parameter. A filter is not one text of its own, which would be planned anew for each that somebody
thinks of: the sets that its leaves' queries find are combined outside.
"""

from __future__ import annotations

from collections.abc import Mapping

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.cypher import activity, people, profile
from profilegraph.engines.cypher.queries import LeafCompiler, LeafQueries
from profilegraph.language.facts import Context
from profilegraph.language.nodes import Leaf

LEAVES: Mapping[type[Leaf], LeafCompiler] = {**profile.LEAVES, **activity.LEAVES, **people.LEAVES}
"""What compiles the leaves that ask about one customer alone."""
STATEMENTS = (*profile.STATEMENTS, *activity.STATEMENTS, *people.STATEMENTS)
"""All texts that there are."""


def leaf_queries(leaf: Leaf, catalogue: Catalogue, context: Context) -> LeafQueries:
    """Return the queries whose sets make up the customers that match a leaf."""
    return LEAVES[type(leaf)](leaf, catalogue, context)
