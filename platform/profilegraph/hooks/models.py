"""Models: the code that computes metrics and tags, its result, and its validation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from profilegraph.domain.values import Labels
from profilegraph.errors import PluginError
from profilegraph.hooks.tables import EventTable, Table, Tables

OptionsT = TypeVar("OptionsT", bound=BaseModel)


@dataclass(frozen=True)
class Scores:
    """A model's result for each of the n customers, in the order of the tables' customers.

    `metrics`: by metric key (n,) float64, NaN for no number. `tags`: by dimension key (n,) object,
    the key of a tag without its dimension, or None. `facts`: what people need to know about the
    run, such as the thresholds that were used.
    """

    metrics: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    tags: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)
    facts: Mapping[str, float | str] = field(default_factory=dict)


@runtime_checkable
class Model(Protocol[OptionsT]):
    """Code that computes metrics and tags: a pure function of tables, `now` and options.

    Derive from it; the attributes have defaults.
    """

    key: str
    """The model's key, snake_case, unique over all plugins."""
    labels: Labels
    """The label."""
    options: type[OptionsT]
    """The class of its options; every option has a default."""
    needs: frozenset[type[Table]] = frozenset({EventTable})
    """The tables that it is called with; only events by default."""
    event_types: frozenset[str] = frozenset()
    """The types of the events in its tables; empty for all."""
    per_customer: bool = False
    """Whether what it says of a customer depends on that customer alone.

    It is then given some thousands of customers at a time, so that memory is bounded; else all
    at once, for medians and ranks.
    """
    metrics: frozenset[str] = frozenset()
    """The keys of the metrics that it computes."""
    dimensions: frozenset[str] = frozenset()
    """The keys of the dimensions that it sets a tag of."""

    def compute(self, tables: Tables, now: datetime, options: OptionsT) -> Scores:
        """Return the scores as of `now`; later data must not affect them.

        `now` is in the deployment's time zone, in which a day begins; see `local_days`.
        """


def run_model(model: Model[Any], tables: Tables, now: datetime, options: BaseModel) -> Scores:
    """Return the model's scores; raises PluginError if it fails or returns invalid scores."""
    if now.tzinfo is None:
        raise ValueError("`now` needs a time zone")
    try:
        scores = model.compute(tables, now, options)
    except Exception as error:  # a partner's code may raise anything; the cause is kept
        raise model_failure(model, f"failed: {type(error).__name__}: {error}") from error
    faults = list(_broken_words(model, len(tables), scores))
    if faults:
        raise model_failure(model, f"broke its contract: {'; '.join(faults)}.")
    return scores


def join_scores(model: Model[Any], parts: Sequence[Scores]) -> Scores:
    """Return the scores of all customers from those of batches, in order.

    Raises PluginError if the batches have different facts: these must not depend on customers.
    """
    facts = parts[0].facts
    for part in parts:
        differ = sorted(
            key for key in facts.keys() | part.facts if facts.get(key) != part.facts.get(key)
        )
        if differ:
            named = ", ".join(map(repr, differ))
            raise model_failure(
                model, f"tells facts that differ from customer to customer: {named}."
            )
    return Scores(
        {key: np.concatenate([part.metrics[key] for part in parts]) for key in model.metrics},
        {key: np.concatenate([part.tags[key] for part in parts]) for key in model.dimensions},
        facts,
    )


def model_failure(model: Model[Any], what: str) -> PluginError:
    """Return the error for a failure of a model."""
    return PluginError(
        f"the model {model.key!r} {what}",
        hint="Report it to the plugin's author; the stored scores are unchanged.",
    )


def local_days(at: NDArray[np.datetime64], zone: tzinfo | None) -> NDArray[np.datetime64]:
    """Return the calendar day of each UTC moment in a time zone: (m,) datetime64[D] for (m,)."""
    if zone is None or not len(at):
        return at.astype("datetime64[D]")
    # Clocks change at full quarters of an hour at the finest, so few offsets are looked up.
    quarters = at.astype("datetime64[s]").astype(np.int64) // 900
    distinct, place = np.unique(quarters, return_inverse=True)
    starts = (datetime.fromtimestamp(int(quarter) * 900, UTC) for quarter in distinct)
    offsets = [start.astimezone(zone).utcoffset() or timedelta() for start in starts]
    local: NDArray[np.datetime64] = at + np.array(offsets, "timedelta64[us]")[place]
    return local.astype("datetime64[D]")


def _broken_words(model: Model[Any], size: int, scores: Scores) -> Iterable[str]:
    for kind, declared, columns in (
        ("metric", model.metrics, scores.metrics),
        ("dimension", model.dimensions, scores.tags),
    ):
        for key in sorted(columns.keys() ^ declared):
            said = "computed but not declared" if key in columns else "declared but not computed"
            yield f"the {kind} {key!r} is {said}"
        for key, column in columns.items():
            if column.shape != (size,):
                yield f"{key!r} has the shape {column.shape}, not ({size},)"
    for key, numbers in scores.metrics.items():
        if numbers.dtype != np.float64:
            yield f"{key!r} is {numbers.dtype}, not float64"
        elif np.isinf(numbers).any():
            yield f"{key!r} has infinite values"
    for key, tags in scores.tags.items():
        if not all(tag is None or isinstance(tag, str) for tag in tags.tolist()):
            yield f"{key!r} has tags that are neither text nor None"
