"""Runs models: events from the graph in, metrics and tags out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import isnan
from typing import Any

from pydantic import BaseModel

from profilegraph.domain.properties import metric_property
from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.errors import Conflict, PluginError
from profilegraph.hooks.hosting.isolation import Isolated, Unfinished
from profilegraph.hooks.models import Model, Scores, join_scores, model_failure, run_model
from profilegraph.hooks.options import parse_options as parse
from profilegraph.hooks.tables import Tables
from profilegraph.services.platform import Platform
from profilegraph.services.plugins.tables import in_batches, read_tables
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.plugins.scores import last_run, record_run, write_scores
from profilegraph.storage.plugins.tables import read_customer_keys

BATCH = 5_000


@dataclass(frozen=True)
class ModelRun:
    """The results of a run of a model, and what it changed."""

    model: str
    now: datetime
    customers: int
    facts: Mapping[str, float | str]
    tags: Mapping[str, Mapping[str, int]]
    """Dimension key → tag key → number of customers."""
    changed: int
    """Customers with changed metrics or tags."""


def parse_options(model: Model[Any], given: Mapping[str, str]) -> BaseModel:
    """Return a model's options from values by name; raises InvalidInput, which names them."""
    options: BaseModel = parse(model.options, given, f"the model {model.key!r}")
    return options


async def compute(
    platform: Platform, model: Model[Any], now: datetime, options: BaseModel | None = None
) -> ModelRun:
    """Run a model as of `now`, store its metrics and tags, and return the run.

    Tags are `MODEL` taggings by the model's key. Unchanged values are not written, so a second run
    changes nothing. Raises PluginError if the model fails; the graph is then unchanged. Raises
    Conflict if it was computed for a later moment before: that would rewrite the past.
    """
    database = platform.database.patient
    await _forward_only(database, model.key, now)
    customers = await read_customer_keys(database)
    try:
        scores = await _scores(platform, model, customers, now, options or model.options())
    except PluginError as error:
        if model.key in platform.host.models:
            platform.host.guard.failed(platform.host.models.part(model.key), error)
        raise
    catalogue = await platform.catalogue()
    _check_tags(catalogue, model, scores)
    changed = 0
    for rows in _batches(customers, scores, catalogue):
        changed += await write_scores(database, rows, model.key, now)
    await record_run(database, model.key, now)
    return ModelRun(
        model=model.key,
        now=now,
        customers=len(customers),
        facts=scores.facts,
        tags={key: Counter(t for t in tags.tolist() if t) for key, tags in scores.tags.items()},
        changed=changed,
    )


async def _forward_only(database: Database, model: str, now: datetime) -> None:
    last = await last_run(database, model)
    if last is not None and now < last:
        raise Conflict(
            f"the model {model!r} was computed as of {last.isoformat()} already.",
            hint="What it said since would be lost. Compute it as of that moment or later.",
        )


async def _scores(
    platform: Platform,
    model: Model[Any],
    customers: Sequence[str],
    now: datetime,
    options: BaseModel,
) -> Scores:
    """Return the scores of all customers, in batches if the model scores each customer alone."""
    here = now.astimezone(platform.deployment.zone)
    seconds = platform.settings.model_timeout
    read = partial(
        read_tables,
        platform.database.patient,
        needs=model.needs,
        now=now,
        event_types=model.event_types,
    )
    batches = in_batches(customers)
    with Isolated(f"model {model.key}") as process:

        async def said(tables: Tables) -> Scores:
            # In a process of its own: it may compute for minutes, or for ever.
            call = partial(run_model, model, tables, here, options)
            try:
                return await process.call_async(call, seconds)
            except Unfinished as error:
                raise model_failure(model, error.message) from error

        if not model.per_customer:
            return await said(Tables.joined([await read(batch) for batch in batches]))
        return join_scores(model, [await said(await read(batch)) for batch in batches])


def _check_tags(catalogue: Catalogue, model: Model[Any], scores: Scores) -> None:
    for key in sorted(model.metrics):
        catalogue.metric(key)
    for dimension, tags in scores.tags.items():
        for tag in {tag for tag in tags.tolist() if tag is not None}:
            catalogue.tag(tag_key(dimension, tag))


def _batches(
    customers: Sequence[str], scores: Scores, catalogue: Catalogue
) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(customers), BATCH):
        part = slice(start, start + BATCH)
        metrics = {
            metric_property(key): column[part].tolist() for key, column in scores.metrics.items()
        }
        tags = {key: column[part].tolist() for key, column in scores.tags.items()}
        yield [
            {
                "customer": customer,
                "metrics": {key: _number(column[i]) for key, column in metrics.items()},
                "tags": [
                    {
                        "dimension": catalogue.current_dimension(key),
                        "tag": catalogue.current_tag(tag_key(key, column[i]))
                        if column[i]
                        else None,
                    }
                    for key, column in tags.items()
                ],
            }
            for i, customer in enumerate(customers[part])
        ]


def _number(value: float) -> float | None:
    return None if isnan(value) else value
