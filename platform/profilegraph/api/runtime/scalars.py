"""The scalars of the API, with their formats as descriptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from profilegraph.api.runtime.internals import (
    DateDefinition,
    DateTimeDefinition,
    DecimalDefinition,
    ScalarDefinition,
)

SCALARS: Mapping[object, ScalarDefinition] = {
    datetime: replace(
        DateTimeDefinition,
        description="A moment in ISO 8601. Answers are in UTC, such as 2026-01-31T01:00:00+00:00;"
        " inputs need a time zone, such as 2026-01-31T09:00:00+08:00.",
    ),
    date: replace(DateDefinition, description="A day in ISO 8601, such as 2026-01-31."),
    Decimal: replace(
        DecimalDefinition,
        description='An exact decimal number; a text in answers, such as "12.50", so that no'
        " reader rounds it. Inputs may be texts or numbers.",
    ),
}
