"""The queries of a leaf: few statements with constant texts, each with one parameter.

The server caches plans by text and by the types of the parameters. So all operands travel in one
map, `$q`, and the text does not depend on them.
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
"""The prefix of a statement that is planned but not executed."""
FOUND = "RETURN collect(DISTINCT c.ordinal) AS ordinals"
OFTEN = f"WITH c, count(*) AS times WHERE $q.least <= times AND times <= $q.most {FOUND}"
"""The end of a statement that binds `c` once for each counted record."""


@dataclass(frozen=True)
class Query:
    """A statement that returns one row, the ordinals of customers, with its parameter `$q`."""

    statement: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LeafQueries:
    """Queries that determine the result of a leaf: the intersection of `required` without `excluded`.

    The customers found need not be visible. Without required queries, all customers are meant.
    """

    required: tuple[Query, ...] = ()
    excluded: tuple[Query, ...] = ()


LeafCompiler: TypeAlias = Callable[[Any, Catalogue, Context], LeafQueries]
"""Returns the queries of a leaf of one type."""


def counted(statement: str, values: Mapping[str, Any], leaf: Counted) -> LeafQueries:
    """Return the queries of a leaf that counts, given a statement that ends with `OFTEN`.

    Customers without such records are not matched by the statement. If zero is within the bounds,
    the customers with too many are queried and excluded.
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
    """Return the lower and upper bound of a leaf's count, as the statements read them."""
    least, most = bounds(leaf)
    return {"least": least, "most": MOST if most is None else most}
