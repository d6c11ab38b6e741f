"""The checks of plugins find what is wrong: one broken plugin each, and a sound one of none."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from profilegraph.config import data_folder
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Labels
from profilegraph.errors import InvalidInput
from profilegraph.hooks import (
    Conventions,
    CustomerField,
    EventTable,
    Importer,
    MetricTable,
    Model,
    NoOptions,
    Scores,
    SegmentLeaf,
    Tables,
    utc64,
)
from profilegraph.hooks.hosting.circuit_breaker import CircuitBreaker, PluginPart
from profilegraph.hooks.hosting.expanding import HostedLeaf
from profilegraph.importers.taxonomies.files import read_taxonomies
from profilegraph.services.plugins.contract import models
from profilegraph.services.plugins.contract.fields import field_findings
from profilegraph.services.plugins.contract.findings import ContractFinding
from profilegraph.services.plugins.contract.importers import importer_findings
from profilegraph.services.plugins.contract.importing import import_findings
from profilegraph.services.plugins.contract.leaves import examples_of, leaf_findings
from profilegraph.services.plugins.contract.models import million_rows_findings, model_findings

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LABELS = Labels(zh_cn="试", en="Trial")
CATALOGUE = Catalogue.of(read_taxonomies(sorted(data_folder("taxonomies").glob("*.yaml"))))
Numbers = NDArray[np.float64]
Compute = Callable[[Tables, datetime], Numbers]


def told(findings: Iterable[ContractFinding]) -> str:
    return "\n".join(map(str, findings))


def past(tables: Tables, now: datetime) -> Numbers:
    """A sound computation: how many events there were by now."""
    events = tables[EventTable]
    return events.where(events.at <= utc64(now)).counts().astype(np.float64)


@dataclass(frozen=True)
class Trial(Model[NoOptions]):
    """A model that computes one metric in whatever way a test says."""

    compute_one: Compute = past
    key: str = "trial"
    labels: Labels = LABELS
    options: type[NoOptions] = NoOptions
    metrics: frozenset[str] = frozenset({"rfm_frequency"})
    per_customer: bool = False

    def compute(self, tables: Tables, now: datetime, options: NoOptions) -> Scores:
        return Scores(metrics={"rfm_frequency": self.compute_one(tables, now)})


def of_model(compute: Compute, **said: Any) -> str:
    return told(model_findings(Trial(compute_one=compute, **said), CATALOGUE, NOW))


def test_a_sound_model_has_no_findings() -> None:
    assert of_model(past) == ""
    assert of_model(past, per_customer=True) == ""


def test_a_model_that_fails_without_events_is_found() -> None:
    def compute(tables: Tables, now: datetime) -> Numbers:
        return past(tables, now) + float(tables[EventTable].amount.max())

    assert "a run without any customer failed" in of_model(compute)
    assert "of customers of whom nothing is known" in of_model(compute)


def test_a_model_that_rolls_dice_is_found() -> None:
    random = np.random.default_rng(7)
    found = of_model(lambda tables, _: random.random(len(tables)))
    assert "two runs on the same tables differ" in found


def test_a_model_that_sees_the_future_is_found() -> None:
    found = of_model(lambda tables, _: tables[EventTable].counts().astype(np.float64))
    assert "what happens after `now` changes its answer" in found


def test_a_model_that_compares_customers_and_says_otherwise_is_found() -> None:
    def ranked(tables: Tables, now: datetime) -> Numbers:
        return past(tables, now) - float(past(tables, now).max(initial=0))

    assert of_model(ranked) == ""
    assert "depends on the others" in of_model(ranked, per_customer=True)


def test_a_model_that_hears_itself_is_found() -> None:
    @dataclass(frozen=True)
    class Echo(Trial):
        needs: Any = frozenset({MetricTable})

        def compute(self, tables: Tables, now: datetime, options: NoOptions) -> Scores:
            heard = tables[MetricTable].counts().astype(np.float64)
            return Scores(metrics={"rfm_frequency": heard})

    assert "what it said changes what it says next" in told(model_findings(Echo(), CATALOGUE, NOW))


def test_a_model_that_names_what_no_taxonomy_has_is_found() -> None:
    found = told(model_findings(Trial(metrics=frozenset({"nobodys"})), CATALOGUE, NOW))
    assert "no taxonomy declares the metric 'nobodys'" in found
    assert "Declare it in the taxonomy file" in found


def test_a_model_with_a_tag_that_does_not_exist_is_found() -> None:
    @dataclass(frozen=True)
    class Tagger(Trial):
        metrics: frozenset[str] = frozenset()
        dimensions: frozenset[str] = frozenset({"rfm"})

        def compute(self, tables: Tables, now: datetime, options: NoOptions) -> Scores:
            return Scores(tags={"rfm": np.full(len(tables), "nonsense", object)})

    assert "rfm/nonsense" in told(model_findings(Tagger(), CATALOGUE, NOW))


def test_options_without_defaults_are_found() -> None:
    class Needy(BaseModel):
        least: int

    found = told(model_findings(Trial(options=Needy), CATALOGUE, NOW))  # type: ignore[arg-type]  # that is what is wrong
    assert "its options need values: least" in found


def test_a_model_that_takes_too_much_memory_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "MILLION", 10_000)
    monkeypatch.setattr(models, "MOST_BYTES", 10_000_000)

    def greedy(tables: Tables, now: datetime) -> Numbers:
        assert len([bytearray(10_000) for _ in range(2_000)]) == 2_000
        return past(tables, now)

    assert "MiB on a million rows" in told(
        million_rows_findings(Trial(compute_one=greedy), CATALOGUE, NOW)
    )
    assert told(million_rows_findings(Trial(), CATALOGUE, NOW)) == ""


class Asked(BaseModel):
    size: str | None = Field(None, description="One size.")
    least: float | None = Field(None, ge=0, le=1, description="A share.")


@dataclass(frozen=True)
class Leaf(SegmentLeaf[Asked]):
    """A leaf that makes whatever a test says."""

    make: Callable[[Asked], Mapping[str, Any]] = lambda _: {"all": []}
    key: str = "trial"
    labels: Labels = LABELS
    description: Labels = LABELS
    input: type[Asked] = Asked

    def expand(self, value: Asked) -> Mapping[str, Any]:
        return self.make(value)


def of_leaf(make: Callable[[Asked], Mapping[str, Any]], *examples: Mapping[str, Any]) -> str:
    hosted = HostedLeaf(Leaf(make=make), PluginPart("trial", "leaf"), CircuitBreaker())
    return told(leaf_findings(hosted, CATALOGUE, examples))


def tags(dimension: str) -> dict[str, Any]:
    return {"tags": {"dimension": dimension, "hasAny": True}}


def test_a_sound_leaf_has_no_findings() -> None:
    assert of_leaf(lambda _: tags("company_size")) == ""


def test_a_leaf_that_asks_for_an_unknown_dimension_is_found_with_the_nearest() -> None:
    assert "company_size" in of_leaf(lambda _: tags("company_sizes"))


def test_a_leaf_that_makes_no_filter_is_found() -> None:
    assert "expands to no filter" in of_leaf(lambda _: {"nonsense": 1})


def test_a_leaf_that_makes_another_filter_each_time_is_found() -> None:
    made: Iterator[Mapping[str, Any]] = iter([tags("company_size"), tags("rfm")] * 2)
    assert "makes two filters" in of_leaf(lambda _: next(made), {"size": "x"})


def test_examples_are_made_up_from_the_fields() -> None:
    assert list(examples_of(Asked)) == [{"size": "a"}, {"least": 1}]


@dataclass(frozen=True)
class Values(CustomerField):
    """A field with whatever values a test says."""

    make: Callable[[Tables], Sequence[Any]] = lambda tables: [None] * len(tables)
    key: str = "trial"
    labels: Labels = LABELS
    description: Labels = LABELS
    result: Any = str
    needs: Any = frozenset({EventTable})

    async def values(self, tables: Tables, now: datetime) -> Sequence[Any]:
        await asyncio.sleep(0)
        return self.make(tables)


def test_a_sound_field_has_no_findings() -> None:
    assert told(field_findings(Values(), CATALOGUE, NOW)) == ""


def test_a_field_with_too_few_values_or_that_raises_is_found() -> None:
    assert "has 0 values for 50 customers" in told(
        field_findings(Values(make=lambda _: []), CATALOGUE, NOW)
    )

    def divide(tables: Tables) -> Sequence[Any]:
        return [1 / len(tables[EventTable])] * len(tables)

    found = told(field_findings(Values(make=divide), CATALOGUE, NOW))
    assert "of customers of whom nothing is known, it raises ZeroDivisionError" in found


@dataclass(frozen=True)
class Reader(Importer[NoOptions]):
    """An importer that tells whatever a test says."""

    tell: Callable[[Path], Iterator[Any]] = lambda _: iter(())
    key: str = "trial"
    labels: Labels = LABELS
    options: type[NoOptions] = NoOptions

    def read(self, source: Path, options: NoOptions, conventions: Conventions) -> Iterator[Any]:
        return self.tell(source)


def of_importer(tell: Callable[[Path], Iterator[Any]]) -> str:
    conventions = Conventions(ZoneInfo("UTC"), "CNY", "CN", CATALOGUE)
    return told(importer_findings(Reader(tell=tell), (Path("some.json"),), conventions))


def test_a_sound_importer_has_no_findings() -> None:
    assert of_importer(lambda _: iter([Customer(key="a")])) == ""


def test_an_importer_that_makes_up_keys_is_found() -> None:
    keys = iter(range(10))
    assert "tells two things" in of_importer(lambda _: iter([Customer(key=f"{next(keys)}")]))


def test_an_importer_that_raises_or_refuses_is_found() -> None:
    def raising(_: Path) -> Iterator[Any]:
        raise KeyError("customer")

    def refusing(_: Path) -> Iterator[Any]:
        raise InvalidInput("is no JSON.")

    assert "raises KeyError" in of_importer(raising)
    assert "refuses some.json: is no JSON." in of_importer(refusing)


def test_an_importer_that_tells_of_unknown_tags_is_found() -> None:
    unknown = Tagging(customer="a", tag="rfm/nonsense", since=NOW)
    assert "rfm/nonsense" in of_importer(lambda _: iter([unknown]))


@pytest.mark.slow
def test_importing_that_does_more_than_that_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "busy_plugin.py").write_text(
        "import os, socket, threading\n"
        "home = os.environ.get('HOME')\n"
        "os.environ['BUSY'] = '1'\n"
        f"open({str(tmp_path / 'out')!r}, 'w').close()\n"
        "socket.socket().close()\n"
        "threading.Thread(target=print, args=('',)).start()\n"
    )
    (tmp_path / "failing_plugin.py").write_text("raise OSError('no disk')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = told(import_findings("busy_plugin"))
    for effect, line in {
        "reads the environment variable HOME": 2,
        "changes the environment": 3,
        "writes the file": 4,
        "opens a socket": 5,
        "starts a thread": 6,
    }.items():
        assert any(effect in one and f"busy_plugin.py:{line}" in one for one in found.splitlines())
    assert "fails: OSError: no disk" in told(import_findings("failing_plugin"))
    assert told(import_findings("profilegraph_rfm")) == ""
    assert "busy_plugin" not in sys.modules
