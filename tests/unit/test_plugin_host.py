"""The plugin host: what works is in use, what does not is named, and neither hurts the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

from profilegraph.cli.plugin import show
from profilegraph.domain.values import Labels
from profilegraph.errors import NotFound
from profilegraph.hooks import EventTable, Scores, hookimpl
from profilegraph.hooks.host import CORE, Candidate, Host, build_host, discover, load_host
from profilegraph.hooks.specs import GROUP

SHOP = """\
key: shop
version: 1.0.0
labels: {zh-CN: 商店, en: Shop}
"""


class NoOptions(BaseModel):
    pass


@dataclass(frozen=True)
class CountingModel:
    """Counts events."""

    key: str = "counting"
    labels: Labels = Labels(zh_cn="计数", en="Counting")  # noqa: RUF009
    event_types: frozenset[str] = frozenset({"purchase"})
    metrics: frozenset[str] = frozenset({"count"})
    dimensions: frozenset[str] = frozenset()
    options: type[NoOptions] = NoOptions

    def compute(self, events: EventTable, now: datetime, options: NoOptions) -> Scores:
        return Scores(metrics={"count": events.counts().astype(np.float64)})


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


def test_an_unknown_model_is_answered_with_those_that_exist() -> None:
    with pytest.raises(NotFound, match=r"no model is called 'rfn'\. Models: one, two\."):
        build_host([Candidate("p", ModelPlugin(CountingModel("two"), CountingModel("one")))]).model(
            "rfn"
        )


def test_taxonomies_of_a_plugin_are_read(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP, "utf-8")
    host = host_with(TaxonomyPlugin(path))
    assert [taxonomy.key for taxonomy in host.taxonomies] == ["shop"]


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


def test_a_plugin_for_a_later_api_says_so() -> None:
    plugin = ModelPlugin(CountingModel())
    plugin.profilegraph_api = 99  # type: ignore[attr-defined]
    host = host_with(plugin)
    assert keys(host) == ["one", "two"]
    assert host.faults[0].reason == "needs version 99 of the plugin API; this profilegraph has 1"


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
    found, faults = discover(
        [
            entry("missing", "plug_missing"),
            entry("raising", "plug_raising"),
            entry("exiting", "plug_exiting"),
            entry("sound", "plug_sound"),
        ]
    )
    assert [candidate.name for candidate in found] == ["sound"]
    assert {fault.name: fault.reason for fault in faults} == {
        "exiting": "cannot be imported from plug_exiting: SystemExit: 3",
        "missing": "cannot be imported from plug_missing:"
        " ModuleNotFoundError: No module named 'plug_missing'",
        "raising": "cannot be imported from plug_raising: ZeroDivisionError: division by zero",
    }
    host = build_host(found, faults)
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
