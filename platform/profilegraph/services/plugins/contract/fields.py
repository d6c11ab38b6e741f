"""Checks that customer fields return one value per customer, also without data."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.hooks.customer_fields import CustomerField
from profilegraph.services.plugins.contract.findings import ContractFinding, raised_by
from profilegraph.services.plugins.contract.samples import Sample


def field_findings(
    field: CustomerField, catalogue: Catalogue, now: datetime
) -> Iterator[ContractFinding]:
    """Yield findings on the values of a field as of `now`."""
    about = f"customer field {field.key}"
    sample = Sample(catalogue, now, 50, 400, frozenset(field.event_types))
    cases = {
        "of no customers": replace(sample, customers=0, rows=0),
        "of customers of whom nothing is known": replace(sample, rows=0),
        "of some customers": sample,
    }
    for what, case in cases.items():
        tables = case.tables(field.needs)
        found: list[Any] = []

        def ask(field: CustomerField = field) -> None:
            found.extend(asyncio.run(_values(field, tables, now)))  # noqa: B023  (asked at once)

        wrong = list(raised_by(about, f"asked {what}, it", ask))
        yield from wrong
        if not wrong and len(found) != len(tables):
            problem = f"asked {what}, it has {len(found)} values for {len(tables)} customers."
            yield ContractFinding(about, problem, "Return one for each, None for nothing.")


async def _values(field: CustomerField, tables: Any, now: datetime) -> Any:
    return await field.values(tables, now)
