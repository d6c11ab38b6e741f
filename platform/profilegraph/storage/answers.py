"""Customers of a filter counted in buckets: each level by itself, or one within the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate

from profilegraph.segments.answers import Breakdown, ByTag, Level, Split, buckets, tag_places
from profilegraph.segments.nodes import Node
from profilegraph.segments.to_cypher import Compiler
from profilegraph.storage.database import Database

_EVERYONE = -1


async def read_breakdown(
    database: Database, compiler: Compiler, node: Node, levels: Sequence[Level]
) -> Breakdown:
    """Return how many of a filter's customers are in each bucket, every level by itself.

    The buckets of all levels are numbered through, so that one list says where a customer is. The
    number of a level's last bucket stands for those who are *not* in it until they are subtracted.
    """
    sizes = [len(buckets(level, compiler.catalogue)) for level in levels]
    ends = list(accumulate(sizes))
    lists, places = [], []
    tags: dict[str, list[int]] = defaultdict(list)
    for number, (level, size, end) in enumerate(zip(levels, sizes, ends, strict=True)):
        start, last = end - size, end - 1
        if isinstance(level, ByTag):
            for key, numbers in tag_places(level.dimension, compiler.catalogue).items():
                tags[key] += [*(start + one for one in numbers), last]
        else:
            lists.append(f"{compiler.places(level)} AS l{number}")
            places.append(f"[one IN l{number} | one + {start}]")
            places.append(f"CASE WHEN size(l{number}) > 0 THEN [{last}] ELSE [] END")
    lists.append(f"{compiler.tag_places(tags)} AS tags")
    query = (
        f"MATCH (c:Customer) WHERE {compiler.members(node)} WITH {', '.join(lists)}"
        f" UNWIND {' + '.join([f'[{_EVERYONE}]', 'tags', *places])} AS place"
        f" RETURN place, count(*) AS count"
    )
    rows = await database.read(query, compiler.parameters.values)
    counts = defaultdict(int, {row["place"]: row["count"] for row in rows})
    total = counts[_EVERYONE]
    for end in ends:
        counts[end - 1] = total - counts[end - 1]
    return Breakdown(
        total,
        tuple(
            tuple(counts[place] for place in range(end - size, end))
            for size, end in zip(sizes, ends, strict=True)
        ),
    )


async def read_split(
    database: Database, compiler: Compiler, node: Node, levels: Sequence[Level]
) -> Split:
    """Return how many of a filter's customers are in each bucket of buckets.

    Customers in the same buckets of all levels are counted first, so that what is written out in
    paths is a few kinds of customers and not each of them.
    """
    sizes = [len(buckets(level, compiler.catalogue)) for level in levels]
    names = [f"l{number}" for number in range(len(levels))]
    found = [
        f"{compiler.places(level)} AS {name}" for level, name in zip(levels, names, strict=True)
    ]
    # Of a customer in no bucket the list is empty: it is in the last one.
    whole = [
        f"CASE size({name}) WHEN 0 THEN [{size - 1}] ELSE {name} END AS {name}"
        for name, size in zip(names, sizes, strict=True)
    ]
    query = (
        f"MATCH (c:Customer) WHERE {compiler.members(node)}"
        f" WITH {', '.join([*found, '1 AS one'])} WITH {', '.join([*whole, 'one'])}"
        f" WITH {', '.join([*names, 'count(one) AS many'])}"
        f" UNWIND [[]] + {_paths(names)} AS path RETURN path, sum(many) AS count"
    )
    rows = await database.read(query, compiler.parameters.values)
    # Without levels nothing is grouped by, and no customers are a row of their own.
    return {tuple(row["path"]): row["count"] for row in rows if row["count"]}


def _paths(names: Sequence[str], above: Sequence[str] = ()) -> str:
    """Return a Cypher expression, all paths through lists, those that end on the way included."""
    if not names:
        return "[]"
    name, *rest = names
    path = [*above, f"i{len(above)}"]
    paths = f"p{len(above)}"
    here = f"{paths} + [[{', '.join(path)}]] + {_paths(rest, path)}"
    return f"reduce({paths} = [], {path[-1]} IN {name} | {here})"
