"""The plugin host: what works is in use, what does not is named, and neither hurts the other."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from pydantic import BaseModel, Field

from profilegraph.cli.plugins.commands import show
from profilegraph.domain.records.customers import Customer
from profilegraph.domain.values import Labels, Record
from profilegraph.errors import NotFound
from profilegraph.hooks import (
    Command,
    Conventions,
    CustomerField,
    Delivery,
    Destination,
    EventTable,
    Importer,
    MembershipChanged,
    Model,
    NoOptions,
    Scores,
    SegmentLeaf,
    Tables,
    TagsChanged,
    UnreadableItem,
    hookimpl,
)
from profilegraph.hooks.hosting.discovery import Loading
from profilegraph.hooks.hosting.host import CORE, Candidate, Host, build_host, load_host
from profilegraph.hooks.specs import GROUP

LABELS = Labels(zh_cn="计数", en="Counting")
SHOP = """\
key: shop
version: 1.0.0
labels: {zh-CN: 商店, en: Shop}
"""


@dataclass(frozen=True)
class CountingModel(Model[NoOptions]):
    """Counts events."""

    key: str = "counting"
    labels: Labels = LABELS
    event_types: frozenset[str] = frozenset({"purchase"})
    metrics: frozenset[str] = frozenset({"count"})
    dimensions: frozenset[str] = frozenset()
    options: type[NoOptions] = NoOptions

    def compute(self, tables: Tables, now: datetime, options: NoOptions) -> Scores:
        return Scores(metrics={"count": tables[EventTable].counts().astype(np.float64)})


class ModelPlugin:
    def __init__(self, *models: Any) -> None:
        self.models = models

    @hookimpl
    def register_models(self) -> Sequence[Any]:
        return self.models


class TaxonomyPlugin:
    def __init__(self, *paths: Any) -> None:
        self.paths = paths

    @hookimpl
    def register_taxonomies(self) -> Sequence[Any]:
        return self.paths


class Wish(BaseModel):
    days: int = Field(description="Within how many days.")


@dataclass(frozen=True)
class Lines(Importer[NoOptions]):
    """Reads a key a line."""

    key: str = "lines"
    labels: Labels = LABELS
    options: type[NoOptions] = NoOptions

    def read(
        self, source: Path, options: NoOptions, conventions: Conventions
    ) -> Iterator[Record | UnreadableItem]:
        for line in source.read_text("utf-8").splitlines():
            yield Customer(key=line) if line else UnreadableItem("empty")


@dataclass(frozen=True)
class Nowhere(Destination[NoOptions]):
    """Counts who comes."""

    key: str = "nowhere"
    labels: Labels = LABELS
    options: type[NoOptions] = NoOptions

    async def send(self, delivery: Delivery[NoOptions]) -> str:
        return f"{delivery.members} members"


@dataclass(frozen=True)
class Busy(SegmentLeaf[Wish]):
    """Stands for a purchase of late."""

    key: str = "busy"
    labels: Labels = LABELS
    description: Labels = LABELS
    input: type[Any] = Wish

    def expand(self, value: Wish) -> Mapping[str, Any]:
        return {"event": {"type": "purchase", "window": {"lastDays": value.days}}}


@dataclass(frozen=True)
class Answer(CustomerField):
    """Answers 42 for everybody."""

    key: str = "answer"
    labels: Labels = LABELS
    description: Labels = LABELS
    result: Any = int

    async def values(self, tables: Tables, now: datetime) -> Sequence[Any]:
        return [42] * len(tables)


class EverythingPlugin:
    """Brings one thing of each kind, or what it is told to."""

    def __init__(self, **instead: Any) -> None:
        self.instead = instead
        self.told: list[object] = []

    @hookimpl
    def register_importers(self) -> Sequence[Any]:
        return self.instead.get("importers", [Lines()])  # type: ignore[no-any-return]

    @hookimpl
    def register_destinations(self) -> Sequence[Any]:
        return self.instead.get("destinations", [Nowhere()])  # type: ignore[no-any-return]

    @hookimpl
    def register_leaves(self) -> Sequence[Any]:
        return self.instead.get("leaves", [Busy()])  # type: ignore[no-any-return]

    @hookimpl
    def register_customer_fields(self) -> Sequence[Any]:
        return self.instead.get("customer_fields", [Answer()])  # type: ignore[no-any-return]

    @hookimpl
    def register_commands(self) -> Sequence[Any]:
        return self.instead.get("commands", [Command("greet", typer.Typer())])  # type: ignore[no-any-return]

    @hookimpl
    def on_tags_changed(self, change: TagsChanged) -> None:
        self.told.append(change)

    @hookimpl
    def on_membership_changed(self, change: MembershipChanged) -> None:
        self.told.append(change)


class RaisingPlugin:
    @hookimpl
    def register_models(self) -> Sequence[Any]:
        raise RuntimeError("no licence")

    @hookimpl
    def register_taxonomies(self) -> Sequence[Any]:
        return ()


class MisspeltPlugin:
    @hookimpl
    def register_modles(self) -> Sequence[Any]:
        return ()


class WrongArgumentsPlugin:
    @hookimpl
    def register_models(self, now: datetime) -> Sequence[Any]:
        return ()


class EmptyPlugin:
    pass


def host_with(plugin: object) -> Host:
    """Return the host of a sound plugin, the given one, and another sound one."""
    return build_host(
        [
            Candidate("before", ModelPlugin(CountingModel("one"))),
            Candidate("given", plugin, "given-dist", "2.0"),
            Candidate("after", ModelPlugin(CountingModel("two"))),
        ]
    )


def keys(host: Host) -> list[str]:
    return [model.key for model in host.models]


def test_models_of_a_plugin_are_found_by_key() -> None:
    host = host_with(ModelPlugin(CountingModel("three")))
    assert keys(host) == ["one", "three", "two"]
    assert host.model("three").key == "three"
    assert [(p.name, p.version, p.hooks) for p in host.plugins][1] == (
        "given", "2.0", ("register_models",),
    )  # fmt: skip
    assert host.faults == ()


def test_what_a_plugin_brings_of_each_kind_is_found_by_key() -> None:
    plugin = EverythingPlugin()
    host = host_with(plugin)
    assert host.faults == ()
    assert host.importers.get("lines") == Lines()
    assert host.destinations.get("nowhere") == Nowhere()
    assert host.leaf("busy").leaf == Busy()
    assert host.customer_fields.get("answer") == Answer()
    assert host.commands.get("greet").name == "greet"
    change = TagsChanged(datetime(2026, 1, 1, tzinfo=UTC))
    for listener in host.listeners:
        if listener.handles(TagsChanged):
            listener.handle(change)
    assert plugin.told == [change]


class Deep(BaseModel):
    days: dict[str, int] = Field({}, description="A type that GraphQL has not.")


class Silent(BaseModel):
    days: int


@pytest.mark.parametrize(
    ("brought", "reason"),
    [
        ({"importers": [Lines(key="Lines")]}, "the key 'Lines' must be snake_case"),
        ({"importers": [Lines(labels="x")]}, "the labels of 'lines' must be Labels"),  # type: ignore[arg-type]
        ({"importers": [Lines(options=dict)]}, "the options of 'lines' must be a pydantic class"),  # type: ignore[arg-type]
        ({"importers": [Nowhere()]}, "it must return importers, not Nowhere"),
        ({"importers": [Nowhere()]}, ": it has no read."),
        ({"destinations": None}, "register_destinations failed: it returned None. Return a list."),
        ({"destinations": [Nowhere(), Nowhere()]}, "its destination 'nowhere' exists already"),
        ({"leaves": [Busy(key="follow_up")]}, "has the name of a condition of the platform"),
        ({"leaves": [Busy(input=Silent)]}, "Silent.days: it needs a description"),
        ({"leaves": [Busy(input=Deep)]}, "Deep.days: dict[str, int] is no type that the API"),
        ({"leaves": [Busy(description="x")]}, "the description of 'busy' must be Labels"),  # type: ignore[arg-type]
        ({"customer_fields": [Answer(result=bytes)]}, "<class 'bytes'> is no type that the API"),
        ({"customer_fields": [Answer(key="x'}) DETACH DELETE n //")]}, "must be snake_case"),
        ({"commands": [Command("Greet me", typer.Typer())]}, "must be lower case"),
        ({"commands": ["greet"]}, "it must return commands with Typer applications"),
    ],
)
def test_what_is_not_as_its_hook_promises_is_a_fault(brought: dict[str, Any], reason: str) -> None:
    host = host_with(EverythingPlugin(**brought))
    [fault] = host.faults
    assert fault.name == "given"
    assert reason in fault.reason
    assert keys(host) == ["one", "two"]


def test_a_plugin_that_hangs_while_it_registers_is_left_out(forever: threading.Event) -> None:
    class Hanging:
        @hookimpl
        def register_models(self) -> Sequence[Any]:
            forever.wait()
            return []

    host = build_host(
        [Candidate("hanging", Hanging()), Candidate("sound", ModelPlugin(CountingModel()))],
        seconds=0.2,
    )
    assert [(one.name, one.reason) for one in host.faults] == [
        ("hanging", "register_models failed: it did not end within 0.2 s.")
    ]
    assert keys(host) == ["counting"]


def test_a_plugin_that_hangs_on_import_is_left_out(
    tmp_path: Path, forever: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "forever", forever, raising=False)
    (tmp_path / "plug_hanging.py").write_text("import threading\nthreading.forever.wait()\n")
    monkeypatch.syspath_prepend(tmp_path)
    loading = Loading(seconds=0.2)
    assert loading.find([entry("hanging", "plug_hanging")]) == []
    assert "did not end within 0.2 s" in loading.faults[0].reason


@pytest.mark.parametrize(
    ("needed", "reason"),
    [
        (">=99", "needs version >=99 of the plugin API; this profilegraph has 1.0"),
        (">=0.1,<1", "needs version >=0.1,<1 of the plugin API"),
        ("soon", '`profilegraph_api` must be a range of versions, such as ">=1,<2"'),
        (2, "`profilegraph_api` must be a range of versions"),
        (">=1,<2", None),
        (">=1.0", None),
    ],
)
def test_the_range_of_api_versions_is_held(needed: object, reason: str | None) -> None:
    plugin = ModelPlugin(CountingModel())
    plugin.profilegraph_api = needed  # type: ignore[attr-defined]
    host = host_with(plugin)
    if reason is None:
        assert host.faults == ()
    else:
        assert reason in host.faults[0].reason
        assert keys(host) == ["one", "two"]


def test_an_unknown_model_is_answered_with_those_that_exist() -> None:
    with pytest.raises(NotFound, match=r"no model is called 'rfn'\. There are one, two\."):
        build_host([Candidate("p", ModelPlugin(CountingModel("two"), CountingModel("one")))]).model(
            "rfn"
        )


def test_taxonomies_of_a_plugin_are_read(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP, "utf-8")
    host = host_with(TaxonomyPlugin(path))
    assert [taxonomy.key for taxonomy in host.taxonomies] == ["shop"]


def test_a_taxonomy_whose_base_is_missing_is_left_out_and_the_others_stay(tmp_path: Path) -> None:
    for name, base in (("mall", "shop"), ("shop", None), ("lost", "nowhere")):
        extends = f"extends: {{{base}: '>=1'}}\n" if base else ""
        (tmp_path / f"{name}.yaml").write_text(SHOP.replace("shop", name) + extends, "utf-8")
    host = build_host(
        Candidate(name, TaxonomyPlugin(tmp_path / f"{name}.yaml"))
        for name in ("lost", "mall", "shop")
    )
    assert [taxonomy.key for taxonomy in host.taxonomies] == ["shop", "mall"]
    [lost] = host.faults
    assert lost.name == "lost"
    assert "'lost' extends 'nowhere', which is not there" in lost.reason


def test_a_plugin_is_blamed_for_a_taxonomy_that_the_graph_cannot_take(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(SHOP, "utf-8")
    host = build_host([Candidate("acme", TaxonomyPlugin(tmp_path / "shop.yaml"), "acme-shop")])
    [fault] = host.with_disabled({"shop": "its tag is gone"}).faults
    assert (fault.name, fault.distribution, fault.reason) == (
        "acme",
        "acme-shop",
        "its tag is gone",
    )


def test_a_taxonomy_that_defines_what_another_defines_is_left_out(tmp_path: Path) -> None:
    metric = "metrics: [{key: spend, labels: {zh-CN: 金额, en: Spend}}]\n"
    for name in ("shop", "mall", "shop_too"):
        text = SHOP.replace("shop", name.removesuffix("_too")) + metric
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    host = build_host(
        Candidate(name, TaxonomyPlugin(tmp_path / f"{name}.yaml"))
        for name in ("shop", "mall", "shop_too")
    )
    assert [taxonomy.key for taxonomy in host.taxonomies] == ["shop"]
    mall, shop_too = sorted(host.faults, key=lambda fault: fault.name)
    assert (mall.name, shop_too.name) == ("mall", "shop_too")
    assert "the taxonomies 'shop' and 'mall' both define the metric 'spend'" in mall.reason
    assert shop_too.reason == "its taxonomy 'shop' exists already, in the plugin 'shop'"


def test_the_core_brings_the_shipped_taxonomies() -> None:
    host = build_host([CORE])
    assert {"b2b_core", "commerce"} <= {taxonomy.key for taxonomy in host.taxonomies}
    assert host.faults == ()


@pytest.mark.parametrize(
    ("plugin", "reason"),
    [
        (RaisingPlugin(), "register_models failed: RuntimeError: no licence"),
        (MisspeltPlugin(), "unknown hook 'register_modles'"),
        (WrongArgumentsPlugin(), "Argument(s) {'now'} are declared in the hookimpl"),
        (EmptyPlugin(), "implements no hook; mark its hooks with @profilegraph.hooks.hookimpl"),
        (ModelPlugin("rfm"), "register_models failed: it must return models, not 'rfm'."),
        (
            ModelPlugin(CountingModel("one")),
            "its model 'one' exists already, in the plugin 'before'",
        ),
        (
            TaxonomyPlugin("a.yaml"),
            "register_taxonomies failed: it must return paths, not 'a.yaml'.",
        ),
        (
            TaxonomyPlugin(Path("none.yaml")),
            "register_taxonomies failed: none.yaml: cannot be read",
        ),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_a_broken_plugin_is_named_and_stops_no_other(plugin: object, reason: str) -> None:
    host = host_with(plugin)
    assert keys(host) == ["one", "two"]
    assert [(fault.name, fault.distribution) for fault in host.faults] == [("given", "given-dist")]
    assert reason in host.faults[0].reason


def test_a_plugin_that_cannot_register_is_not_listed_as_working() -> None:
    for plugin in (MisspeltPlugin(), WrongArgumentsPlugin(), EmptyPlugin()):
        assert [p.name for p in host_with(plugin).plugins] == ["before", "after"]


def test_a_second_plugin_of_one_name_leaves_the_first_in_use() -> None:
    host = build_host(
        [
            Candidate("shop", ModelPlugin(CountingModel("one"))),
            Candidate("shop", ModelPlugin(CountingModel("two"))),
        ]
    )
    assert keys(host) == ["one"]
    assert "shop" in host.faults[0].reason


def test_a_traceback_is_kept_for_what_a_plugin_raised() -> None:
    fault = host_with(RaisingPlugin()).faults[0]
    assert "in register_models" in fault.traceback
    assert fault.traceback.rstrip().endswith("RuntimeError: no licence")


def entry(name: str, module: str) -> EntryPoint:
    return EntryPoint(name=name, value=module, group=GROUP)


def test_each_entry_point_is_imported_on_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plug_sound.py").write_text(
        "from profilegraph.hooks import hookimpl\n"
        "@hookimpl\ndef register_taxonomies():\n    return []\n"
    )
    (tmp_path / "plug_raising.py").write_text("1 / 0\n")
    (tmp_path / "plug_exiting.py").write_text("raise SystemExit(3)\n")
    monkeypatch.syspath_prepend(tmp_path)
    loading = Loading()
    found = loading.find(
        [
            entry("missing", "plug_missing"),
            entry("raising", "plug_raising"),
            entry("exiting", "plug_exiting"),
            entry("sound", "plug_sound"),
        ]
    )
    assert [candidate.name for candidate in found] == ["sound"]
    assert {fault.name: fault.reason for fault in loading.faults} == {
        "exiting": "cannot be imported from plug_exiting:"
        " it tried to end the process: SystemExit(3).",
        "missing": "cannot be imported from plug_missing:"
        " ModuleNotFoundError: No module named 'plug_missing'",
        "raising": "cannot be imported from plug_raising: ZeroDivisionError: division by zero",
    }
    host = build_host(found, loading.faults)
    assert [plugin.name for plugin in host.plugins] == ["sound"]
    assert len(host.faults) == 3


def test_what_is_installed_loads_without_a_fault() -> None:
    host = load_host()
    assert host.faults == ()
    assert host.plugins[0].name == "core"


def test_the_list_names_plugins_and_faults(capsys: pytest.CaptureFixture[str]) -> None:
    show(host_with(RaisingPlugin()), trace=False)
    brief = capsys.readouterr().out
    assert "before" in brief
    assert "FAULT given (given-dist): register_models failed: RuntimeError: no licence" in brief
    assert "Traceback" not in brief
    show(host_with(RaisingPlugin()), trace=True)
    assert "Traceback" in capsys.readouterr().out
