"""What a leaf asks of the graph: few statements whose texts never change, each with one parameter.

The server plans a text once and keeps the plan, also by the types of the parameters: so all that is
asked travels in one map, `$q`, and a text never depends on what is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.language.facts import Context
from profilegraph.language.nodes import bounds
from profilegraph.language.nodes.parts import Counted

MOST = 2**63 - 1
HEAD = "WITH $q.run AS run WHERE run"
"""How a text begins that can be sent to be planned and do nothing."""
FOUND = "RETURN collect(DISTINCT c.ordinal) AS ordinals"
OFTEN = f"WITH c, count(*) AS times WHERE $q.least <= times AND times <= $q.most {FOUND}"
"""How a statement ends that has found `c` once for each of the things that it counts."""


@dataclass(frozen=True)
class Query:
    """A statement that returns one row, the ordinals of customers, and what its `$q` is."""

    statement: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LeafQueries:
    """Queries whose sets make up a leaf's: those in all that are required, and in no excluded one.

    Who is in them need not be visible. Without any, everyone is meant.
    """

    required: tuple[Query, ...] = ()
    excluded: tuple[Query, ...] = ()


LeafCompiler: TypeAlias = Callable[[Any, Catalogue, Context], LeafQueries]
"""Returns the queries of a leaf of one type."""


def counted(statement: str, values: Mapping[str, Any], leaf: Counted) -> LeafQueries:
    """Return the queries of a leaf that counts, by a statement that ends with `OFTEN`.

    Whoever has none of what is counted is not found: where none is enough, who has too many is asked
    for and excluded.
    """
    least, most = bounds(leaf)
    if least == 0 and most is None:
        return LeafQueries()
    if least == 0 and most is not None:
        return LeafQueries(
            excluded=(Query(statement, {**values, "least": most + 1, "most": MOST}),)
        )
    return LeafQueries((Query(statement, {**values, **span_of(leaf)}),))


def span_of(leaf: Counted) -> dict[str, int]:
    """Return the least and the most number that a leaf asks for, as queries read them."""
    least, most = bounds(leaf)
    return {"least": least, "most": MOST if most is None else most}
