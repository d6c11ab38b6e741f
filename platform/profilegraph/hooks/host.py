"""Loads each plugin on its own: one that fails is reported, and the others stay."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, TypeVar

import pluggy

from profilegraph import __version__
from profilegraph.domain.catalogue import Catalogue
from profilegraph.domain.taxonomy import Taxonomy
from profilegraph.domain.taxonomy_fit import bases_first
from profilegraph.errors import Conflict, NotFound, PluginError, ProfilegraphError
from profilegraph.hooks import shipped
from profilegraph.hooks.models import Model
from profilegraph.hooks.specs import API_VERSION, GROUP, Hooks
from profilegraph.importers.taxonomies import read_taxonomy

T = TypeVar("T")


@dataclass(frozen=True)
class Candidate:
    """Something that was found to be a plugin: a module or an object, and where it is from."""

    name: str
    plugin: object
    distribution: str = ""
    version: str = ""


@dataclass(frozen=True)
class Plugin:
    """A plugin that works, and the hooks that it implements."""

    name: str
    distribution: str
    version: str
    hooks: tuple[str, ...]


@dataclass(frozen=True)
class PluginFault:
    """That a plugin, or a part of it, is out of use: why, and the traceback where it raised."""

    name: str
    distribution: str
    reason: str
    traceback: str = ""


@dataclass(frozen=True)
class Host:
    """What the working plugins bring, and what is wrong with the others."""

    plugins: tuple[Plugin, ...]
    taxonomies: tuple[Taxonomy, ...]
    models: tuple[Model[Any], ...]
    faults: tuple[PluginFault, ...]

    def model(self, key: str) -> Model[Any]:
        """Return a model by its key; raises NotFound that names those that exist."""
        for model in self.models:
            if model.key == key:
                return model
        known = ", ".join(sorted(model.key for model in self.models)) or "none is installed"
        raise NotFound(f"no model is called {key!r}.", hint=f"Models: {known}.")


CORE = Candidate("core", shipped, distribution="profilegraph", version=__version__)
"""The plugin that brings the taxonomies of the platform itself."""


def load_host() -> Host:
    """Return the host of the core and of every plugin that is installed beside it."""
    found, faults = discover(entry_points(group=GROUP))
    return build_host([CORE, *found], faults)


def shipped_taxonomies() -> tuple[Taxonomy, ...]:
    """Return the taxonomies of the platform itself, whatever else is installed."""
    return build_host([CORE]).taxonomies


def discover(entries: Iterable[EntryPoint]) -> tuple[list[Candidate], list[PluginFault]]:
    """Return the plugins of these entry points, by name, and the faults of those that fail."""
    found: list[Candidate] = []
    faults: list[PluginFault] = []
    for entry in sorted(entries, key=lambda entry: entry.name):
        distribution, version = (entry.dist.name, entry.dist.version) if entry.dist else ("", "")
        nothing = Candidate(entry.name, None, distribution, version)
        loaded = _contained(nothing, f"cannot be imported from {entry.value}", entry.load, faults)
        if loaded is not None:
            found.append(Candidate(entry.name, loaded, distribution, version))
    return found, faults


def build_host(candidates: Iterable[Candidate], faults: Iterable[PluginFault] = ()) -> Host:
    """Return the host of these plugins; `faults` are those of plugins that did not get so far."""
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(Hooks)
    found = list(faults)
    working = [c for c in candidates if _register(manager, c, found)]
    hosted = _Hosted(manager, working, found)
    taxonomies = hosted.gather("register_taxonomies", _taxonomies)
    models = hosted.gather("register_models", _models)
    return Host(
        plugins=tuple(_plugin(manager, candidate) for candidate in working),
        taxonomies=_compatible(taxonomies, found),
        models=_distinct(models, found),
        faults=tuple(found),
    )


@dataclass(frozen=True)
class _Hosted:
    """The registered plugins while their hooks are called, and the faults so far."""

    manager: pluggy.PluginManager
    working: list[Candidate]
    faults: list[PluginFault]

    def gather(
        self, hook: str, check: Callable[[Sequence[Any]], Sequence[T]]
    ) -> list[tuple[Candidate, T]]:
        """Return what each plugin's `hook` gives and `check` accepts, with the plugin."""
        found: list[tuple[Candidate, T]] = []
        for candidate in self.working:
            others = [c.plugin for c in self.working if c is not candidate]
            caller = self.manager.subset_hook_caller(hook, others)

            def brought(caller: Callable[[], list[Any]] = caller) -> Sequence[T]:
                return check([item for items in caller() for item in items])

            items = _contained(candidate, f"{hook} failed", brought, self.faults)
            found += [(candidate, item) for item in items or ()]
        return found


def _register(
    manager: pluggy.PluginManager, candidate: Candidate, faults: list[PluginFault]
) -> bool:
    needed = getattr(candidate.plugin, "profilegraph_api", API_VERSION)
    if needed > API_VERSION:
        reason = f"needs version {needed} of the plugin API; this profilegraph has {API_VERSION}"
        faults.append(PluginFault(candidate.name, candidate.distribution, reason))
        return False
    try:
        manager.register(candidate.plugin, candidate.name)
        manager.check_pending()
    except (pluggy.PluginValidationError, ValueError) as error:
        # ValueError: a second plugin of the same name, which must not take down the first.
        if manager.get_plugin(candidate.name) is candidate.plugin:
            manager.unregister(candidate.plugin)
        faults.append(PluginFault(candidate.name, candidate.distribution, f"{error}"))
        return False
    if not manager.get_hookcallers(candidate.plugin):
        manager.unregister(candidate.plugin)
        reason = "implements no hook; mark its hooks with @profilegraph.hooks.hookimpl"
        faults.append(PluginFault(candidate.name, candidate.distribution, reason))
        return False
    return True


def _contained(
    candidate: Candidate, what: str, call: Callable[[], T], faults: list[PluginFault]
) -> T | None:
    """Return what `call` returns, or None where it raised: the fault is then among `faults`."""
    try:
        return call()
    except ProfilegraphError as error:
        reason, trace = f"{what}: {error}", ""
    except (Exception, SystemExit) as error:  # noqa: BLE001  (a partner's code may raise anything)
        reason, trace = f"{what}: {type(error).__name__}: {error}", traceback.format_exc()
    faults.append(PluginFault(candidate.name, candidate.distribution, reason, trace))
    return None


def _plugin(manager: pluggy.PluginManager, candidate: Candidate) -> Plugin:
    callers = manager.get_hookcallers(candidate.plugin) or []
    hooks = tuple(sorted(caller.name for caller in callers))
    return Plugin(candidate.name, candidate.distribution, candidate.version, hooks)


def _taxonomies(paths: Sequence[Any]) -> Sequence[Taxonomy]:
    wrong = [path for path in paths if not isinstance(path, Path)]
    if wrong:
        raise PluginError(f"it must return paths, not {wrong[0]!r}.")
    return [read_taxonomy(path) for path in paths]


def _models(models: Sequence[Any]) -> Sequence[Model[Any]]:
    wrong = [model for model in models if not isinstance(model, Model)]
    if wrong:
        raise PluginError(f"it must return models, not {wrong[0]!r}.")
    return models


def _compatible(
    brought: list[tuple[Candidate, Taxonomy]], faults: list[PluginFault]
) -> tuple[Taxonomy, ...]:
    """Return the taxonomies that go together with the earlier ones, each after its bases."""
    found: list[Taxonomy] = []
    bringers: dict[str, Candidate] = {}
    first: list[Taxonomy] = []
    for candidate, taxonomy in brought:
        if taxonomy.key in bringers:
            owner = bringers[taxonomy.key].name
            _report_second(candidate, "taxonomy", taxonomy.key, owner, faults)
            continue
        bringers[taxonomy.key] = candidate
        first.append(taxonomy)
    for taxonomy in bases_first(first):
        candidate = bringers[taxonomy.key]
        try:
            Catalogue.of([*found, taxonomy])
        except Conflict as conflict:
            faults.append(PluginFault(candidate.name, candidate.distribution, str(conflict)))
        else:
            found.append(taxonomy)
    return tuple(found)


def _distinct(
    brought: list[tuple[Candidate, Model[Any]]], faults: list[PluginFault]
) -> tuple[Model[Any], ...]:
    """Return the models whose key no earlier one has."""
    found: dict[str, Model[Any]] = {}
    owners: dict[str, str] = {}
    for candidate, model in brought:
        if model.key in found:
            _report_second(candidate, "model", model.key, owners[model.key], faults)
            continue
        found[model.key], owners[model.key] = model, candidate.name
    return tuple(found.values())


def _report_second(
    candidate: Candidate, kind: str, key: str, owner: str, faults: list[PluginFault]
) -> None:
    reason = f"its {kind} {key!r} exists already, in the plugin {owner!r}"
    faults.append(PluginFault(candidate.name, candidate.distribution, reason))
