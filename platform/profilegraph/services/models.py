"""Models: events out of the graph, metrics and tags into it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from math import isnan
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError

from profilegraph.domain.catalogue import Catalogue, tag_key
from profilegraph.domain.properties import metric_property
from profilegraph.errors import Conflict, InvalidInput
from profilegraph.hooks.models import EventTable, Model, Scores, run_model
from profilegraph.services.platform import Platform
from profilegraph.storage.database import Database
from profilegraph.storage.scores import (
    last_run,
    read_customer_keys,
    read_events,
    record_run,
    write_scores,
)

BATCH = 5_000
NOBODY = -1


@dataclass(frozen=True)
class ModelRun:
    """What a run of a model said and changed."""

    model: str
    now: datetime
    customers: int
    facts: Mapping[str, float | str]
    tags: Mapping[str, Mapping[str, int]]
    """Dimension key → tag key → number of customers."""
    changed: int
    """Customers whose metrics or tags are other than before."""


def parse_options(model: Model[Any], given: Mapping[str, str]) -> BaseModel:
    """Return a model's options from what was given by name; raises InvalidInput that names them."""
    try:
        options: BaseModel = model.options.model_validate(given)
    except ValidationError as fault:
        errors = fault.errors(include_url=False)
        known = ", ".join(model.options.model_fields)
        raise InvalidInput(
            "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in errors),
            hint=f"The model {model.key!r} has the options {known}.",
        ) from fault
    return options


async def compute(
    platform: Platform, model: Model[Any], now: datetime, options: BaseModel | None = None
) -> ModelRun:
    """Return what a model says as of `now`, after storing its metrics and tags.

    Tags are `MODEL` taggings by the model's key. What has not changed is not written, so a second
    run changes nothing. Raises PluginError where the model fails; the graph is then as before.
    Raises Conflict where a later moment was computed before: that would rewrite the past.
    """
    await _forward_only(platform.database, model.key, now)
    events = await load_events(platform.database, sorted(model.event_types), now)
    here = now.astimezone(platform.settings.zone)
    scores = run_model(model, events, here, options or model.options())
    _check_tags(await platform.catalogue(), model, scores)
    changed = 0
    for rows in _batches(events.customers, scores):
        changed += await write_scores(platform.database, rows, model.key, now)
    await record_run(platform.database, model.key, now)
    return ModelRun(
        model=model.key,
        now=now,
        customers=len(events.customers),
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


async def load_events(database: Database, types: Sequence[str], now: datetime) -> EventTable:
    """Return the events of all customers up to `now`; of all types where none is given."""
    customers = tuple(chain.from_iterable([keys async for keys in read_customer_keys(database)]))
    index = {key: position for position, key in enumerate(customers)}
    columns = [tuple(zip(*rows, strict=True)) async for rows in read_events(database, types, now)]
    owners, kinds, moments, amounts = (
        list(chain.from_iterable(part[i] for part in columns)) for i in range(4)
    )
    owner = np.array([index.get(key, NOBODY) for key in owners], np.int32)
    at = np.array(moments, np.int64).view("datetime64[us]")
    order = np.lexsort((at, owner))
    order = order[owner[order] != NOBODY]  # a customer who came between the two reads waits
    return EventTable(
        customers=customers,
        customer=owner[order],
        type=np.array(kinds, np.str_)[order],
        at=at[order],
        amount=np.array(amounts, np.int64)[order],
    )


def _check_tags(catalogue: Catalogue, model: Model[Any], scores: Scores) -> None:
    for key in sorted(model.metrics):
        catalogue.metric(key)
    for dimension, tags in scores.tags.items():
        for tag in {tag for tag in tags.tolist() if tag is not None}:
            catalogue.tag(tag_key(dimension, tag))


def _batches(customers: Sequence[str], scores: Scores) -> Iterator[list[dict[str, Any]]]:
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
                    {"dimension": key, "tag": tag_key(key, column[i]) if column[i] else None}
                    for key, column in tags.items()
                ],
            }
            for i, customer in enumerate(customers[part])
        ]


def _number(value: float) -> float | None:
    return None if isnan(value) else value
