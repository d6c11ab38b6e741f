"""How long the schema takes to follow the taxonomies: `python -m benchmarks.typed_schema`.

It is made from the taxonomies that ship, and from 500 dimensions of 20 tags each, in turns; the
first turn of each, with cold caches, is left out.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

from graphql import coerce_input_value
from rich.console import Console
from rich.table import Table

from profilegraph.api.schema import NOTHING, build_schema
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Cardinality, Dimension, Tag, Taxonomy
from profilegraph.domain.values import Labels
from profilegraph.hooks.hosting.host import shipped_taxonomies

ASKED = {
    "all": [
        {"tags": {"dimension": "d1", "anyOf": ["t1", "t2"]}},
        {"tags": {"dimension": "d2", "anyOf": ["t3"]}},
        {"any": [{"tags": {"dimension": f"d{n}", "hasAny": True}} for n in (3, 4)]},
        {"not": {"tags": {"dimension": "d5", "anyOf": ["t1"]}}},
    ]
}


def wide(dimensions: int, tags: int) -> Catalogue:
    """Return a catalogue of so many dimensions with so many tags each."""
    labels = [Labels(zh_cn=f"标签{n}", en=f"Tag {n}") for n in range(max(dimensions, tags))]
    listed = tuple(Tag(key=f"t{n}", labels=labels[n]) for n in range(tags))
    parts = tuple(
        Dimension(key=f"d{n}", labels=labels[n], cardinality=Cardinality.MULTI, tags=listed)
        for n in range(dimensions)
    )
    return Catalogue.of([Taxonomy(key="wide", labels=labels[0], version="1.0.0", dimensions=parts)])


def median_ms(work: Callable[[], object], runs: int) -> float:
    """Return the median time that `work` takes, in milliseconds, after one run that is left out."""
    times = []
    for _ in range(runs + 1):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times[1:])


def main() -> None:
    """Print what making the schema takes, and what reading a filter by it takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    table = Table()
    for column in ("taxonomies", "dimensions", "schema made, ms", "filter read, ms"):
        table.add_column(column, justify="left" if column == "taxonomies" else "right")
    shipped = Catalogue.of(shipped_taxonomies())
    for name, one in (("none", NOTHING), ("that ship", shipped), ("500 × 20 tags", wide(500, 20))):
        making = median_ms(lambda one=one: build_schema(one), runs)  # type: ignore[misc]
        kind = build_schema(one)._schema.type_map["FilterInput"]
        reading = median_ms(lambda kind=kind: coerce_input_value(ASKED, kind), 200)  # type: ignore[misc]
        table.add_row(name, str(len(one.dimensions)), f"{making:.0f}", f"{reading:.3f}")
    Console().print(table)


if __name__ == "__main__":
    main()
