"""Checks of models: without data, with gaps, repeated, without future data, with a million rows."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, TypeAdapter, ValidationError

from profilegraph.domain.records.customers import TagSource
from profilegraph.domain.records.kinds import BY_RECORD
from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.domain.values import SnakeKey
from profilegraph.errors import NotFound, PluginError
from profilegraph.hooks.columns import utc64
from profilegraph.hooks.models import Model, Scores, join_scores, run_model
from profilegraph.hooks.tables import MetricTable, Table, Tables, TaggingTable
from profilegraph.services.plugins.contract.findings import ContractFinding
from profilegraph.services.plugins.contract.samples import Sample

MOST_BYTES = 2**30
"""The memory that a model may take for a million rows, beside its input."""
MILLION = 1_000_000
_KEYS = TypeAdapter[str](SnakeKey)


def model_findings(
    model: Model[Any], catalogue: Catalogue, now: datetime
) -> Iterator[ContractFinding]:
    """Yield findings on the declarations of a model and on its results as of `now`."""
    wrong = list(_declared(model, catalogue))
    yield from wrong
    options = _options(model)
    if isinstance(options, ContractFinding):
        yield options
        return
    sample = Sample(catalogue, now, 200, 1_000, frozenset(model.event_types))
    cases = {
        "without any customer": replace(sample, customers=0, rows=0),
        "of customers of whom nothing is known": replace(sample, rows=0),
        "of one customer": replace(sample, customers=1, rows=1),
        "where most values are unknown": replace(sample, nulls=0.95),
    }
    for what, case in cases.items():
        yield from _runs(model, case.tables(model.needs), now, options, f"a run {what}")
    yield from _repeats(model, sample, now, options)
    yield from _tags(model, sample, catalogue, options)


def _about(model: Model[Any]) -> str:
    return f"model {model.key}"


def _declared(model: Model[Any], catalogue: Catalogue) -> Iterator[ContractFinding]:
    try:
        _KEYS.validate_python(model.key)
    except ValidationError:
        yield ContractFinding(_about(model), "its key is not snake_case.", "Use a-z, 0-9 and _.")
    for what, keys, known in (
        ("metric", model.metrics, catalogue.metrics),
        ("dimension", model.dimensions, catalogue.dimensions),
        ("event type", model.event_types, catalogue.events),
    ):
        for key in sorted(keys - known.keys()):
            advice = "Declare it in the taxonomy file that the plugin brings."
            yield ContractFinding(
                _about(model), f"no taxonomy declares the {what} {key!r}.", advice
            )


def _options(model: Model[Any]) -> BaseModel | ContractFinding:
    try:
        options: BaseModel = model.options()
    except ValidationError as fault:
        missing = ", ".join(str(error["loc"][0]) for error in fault.errors())
        advice = "Give every option a default."
        return ContractFinding(_about(model), f"its options need values: {missing}.", advice)
    return options


def _runs(
    model: Model[Any], tables: Tables, now: datetime, options: BaseModel, what: str
) -> Iterator[ContractFinding]:
    try:
        run_model(model, tables, now, options)
    except PluginError as error:
        reason = error.message.removeprefix(f"the model {model.key!r} ")
        yield ContractFinding(_about(model), f"{what} {reason}", "Handle that case.")


def _repeats(
    model: Model[Any], sample: Sample, now: datetime, options: BaseModel
) -> Iterator[ContractFinding]:
    tables = sample.tables(model.needs)
    try:
        first, second = (run_model(model, tables, now, options) for _ in range(2))
        past = run_model(model, until(tables, model.needs, now), now, options)
        parts = _in_parts(model, tables, now, options) if model.per_customer else first
        alone = run_model(model, fed_back(tables, model, None, now), now, options)
        echoed = run_model(model, fed_back(tables, model, alone, now), now, options)
    except PluginError as error:
        yield ContractFinding(
            _about(model), error.message, "Handle unknown values and later moments."
        )
        return
    if not same(first, second):
        advice = "Let it depend on its arguments alone: no clock, chance, or order of sets."
        yield ContractFinding(_about(model), "two runs on the same tables differ.", advice)
    if not same(first, past):
        advice = "Leave out what is later than `now`."
        yield ContractFinding(_about(model), "what happens after `now` changes its answer.", advice)
    if not same(alone, echoed):
        advice = "Leave out the tags and metrics that it sets itself, or all that models said."
        yield ContractFinding(_about(model), "what it said changes what it says next.", advice)
    if not same(first, parts):
        advice = "Take `per_customer` back, or look at each customer alone."
        yield ContractFinding(_about(model), "a customer's answer depends on the others.", advice)


def _tags(
    model: Model[Any], sample: Sample, catalogue: Catalogue, options: BaseModel
) -> Iterator[ContractFinding]:
    try:
        scores = run_model(model, sample.tables(model.needs), sample.now, options)
    except PluginError:
        return  # said before
    for dimension, column in scores.tags.items():
        for tag in sorted({tag for tag in column.tolist() if tag is not None}):
            try:
                catalogue.tag(tag_key(dimension, tag))
            except NotFound as fault:
                yield ContractFinding(_about(model), fault.message, fault.hint)


def same(one: Scores, other: Scores) -> bool:
    """Return whether two results are equal; NaN equals NaN."""
    metrics = one.metrics.keys() == other.metrics.keys() and all(
        np.array_equal(column, other.metrics[key], equal_nan=True)
        for key, column in one.metrics.items()
    )
    tags = one.tags.keys() == other.tags.keys() and all(
        column.tolist() == other.tags[key].tolist() for key, column in one.tags.items()
    )
    return metrics and tags


def million_rows_findings(
    model: Model[Any], catalogue: Catalogue, now: datetime
) -> Iterator[ContractFinding]:
    """Yield a finding if a model takes more than 1 GiB for a million rows, or fails."""
    options = _options(model)
    if isinstance(options, ContractFinding):
        return  # said before
    each = MILLION // max(1, len(model.needs))
    sample = Sample(catalogue, now, MILLION // 10, each, frozenset(model.event_types))
    tables = sample.tables(model.needs)
    tracemalloc.start()
    try:
        yield from _runs(model, tables, now, options, "a run on a million rows")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    if peak > MOST_BYTES:
        problem = f"it takes {peak / 2**20:,.0f} MiB on a million rows."
        yield ContractFinding(_about(model), problem, "Use columns rather than objects a row.")


def until(tables: Tables, kinds: Iterable[type[Table]], now: datetime) -> Tables:
    """Return the tables without what happened after `now`."""
    moment = utc64(now)
    kept: list[Table] = []
    for kind in kinds:
        table = tables[kind]
        if (when := _when(kind)) is not None:
            table = table.where(getattr(table, when) <= moment)
        kept.append(table)
    return Tables(tables.customers, kept)


def _when(kind: type[Table]) -> str | None:
    """Return the column that says when each row was; None if a table has none."""
    name = "at" if kind.RECORD is None else BY_RECORD[kind.RECORD].moment
    return name if name in kind.names() else None


def fed_back(tables: Tables, model: Model[Any], said: Scores | None, now: datetime) -> Tables:
    """Return the tables with the tags and metrics of a model replaced by what it `said`."""
    kept: list[Table] = []
    for kind in model.needs:
        table = tables[kind]
        if isinstance(table, TaggingTable):
            own = [tag.partition("/")[0] in model.dimensions for tag in table.tag.tolist()]
            table = _with_rows(
                table.where(~np.array(own, bool)), _tag_rows(tables, model, said, now)
            )
        elif isinstance(table, MetricTable):
            mine = [key in model.metrics for key in table.key.tolist()]
            table = _with_rows(table.where(~np.array(mine, bool)), _metric_rows(tables, said))
        kept.append(table)
    return Tables(tables.customers, kept)


def _with_rows(table: Table, rows: Iterable[tuple[Any, ...]]) -> Table:
    names = [field.name for field in fields(table) if field.name not in ("customers", "customer")]
    owners = [table.customers[place] for place in table.customer.tolist()]
    columns = [_values(getattr(table, name)) for name in names]
    return type(table).of([*zip(owners, *columns, strict=True), *rows], table.customers)


def _values(column: NDArray[Any]) -> list[Any]:
    # Moments as whole numbers of their unit, as tables take them: NaT is one of these.
    kind = column.dtype.kind
    values: list[Any] = (column.astype(np.int64) if kind == "M" else column).tolist()
    return values


def _tag_rows(
    tables: Tables, model: Model[Any], said: Scores | None, now: datetime
) -> Iterator[tuple[Any, ...]]:
    for dimension, column in (said.tags if said else {}).items():
        for customer, tag in zip(tables.customers, column.tolist(), strict=True):
            if tag is not None:
                key = tag_key(dimension, tag)
                yield (customer, key, now, None, TagSource.MODEL.value, model.key, 1.0, 1.0)


def _metric_rows(tables: Tables, said: Scores | None) -> Iterator[tuple[Any, ...]]:
    for key, column in (said.metrics if said else {}).items():
        for customer, value in zip(tables.customers, column.tolist(), strict=True):
            if not np.isnan(value):
                yield (customer, key, value)


def part(tables: Tables, kinds: Iterable[type[Table]], start: int, end: int) -> Tables:
    """Return the tables of the customers from one position to another."""
    customers = tables.customers[start:end]
    return Tables(customers, (_part(tables[kind], start, end) for kind in kinds))


def _part(table: Table, start: int, end: int) -> Table:
    kept = table.where((table.customer >= start) & (table.customer < end))
    owner = (kept.customer - start).astype(np.int32)
    return replace(kept, customers=table.customers[start:end], customer=owner)


def _in_parts(model: Model[Any], tables: Tables, now: datetime, options: BaseModel) -> Scores:
    half = len(tables) // 2
    pieces = [
        part(tables, model.needs, start, end) for start, end in ((0, half), (half, len(tables)))
    ]
    return join_scores(model, [run_model(model, piece, now, options) for piece in pieces])
