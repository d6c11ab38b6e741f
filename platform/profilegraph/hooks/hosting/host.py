"""The host: what the working plugins bring, what is wrong with the others, and what fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import entry_points
from typing import Any, TypeVar

from pydantic.alias_generators import to_camel

from profilegraph import __version__
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.compatibility import bases_first, unfit, why
from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.hooks.commands import Command
from profilegraph.hooks.customer_fields import CustomerField
from profilegraph.hooks.destinations import Destination
from profilegraph.hooks.hosting import checks, shipped
from profilegraph.hooks.hosting.circuit_breaker import CircuitBreaker, PluginPart
from profilegraph.hooks.hosting.discovery import LOAD_SECONDS, Candidate, Loading, PluginFault
from profilegraph.hooks.hosting.expanding import HostedLeaf
from profilegraph.hooks.hosting.registry import Registry, gather
from profilegraph.hooks.importers import Importer
from profilegraph.hooks.leaves import SegmentLeaf
from profilegraph.hooks.listeners import LISTENED, Listener
from profilegraph.hooks.models import Model
from profilegraph.hooks.specs import GROUP
from profilegraph.language.codec import Conditions

T = TypeVar("T")
__all__ = ["CORE", "Candidate", "Host", "Plugin", "PluginFault", "build_host", "load_host"]


@dataclass(frozen=True)
class Plugin:
    """A plugin that works, and the hooks that it implements."""

    name: str
    distribution: str
    version: str
    hooks: tuple[str, ...]


@dataclass(frozen=True)
class Host:
    """What the working plugins bring, and what is wrong with the others."""

    plugins: tuple[Plugin, ...]
    brought: tuple[Taxonomy, ...]
    """All taxonomies, those that are out of use too, each after those that it builds on."""
    models: Registry[Model[Any]]
    importers: Registry[Importer[Any]]
    destinations: Registry[Destination[Any]]
    leaves: Registry[SegmentLeaf[Any]]
    customer_fields: Registry[CustomerField]
    commands: Registry[Command]
    listeners: tuple[Listener, ...]
    broken: tuple[PluginFault, ...]
    """What is wrong with plugins, whatever there is in a graph."""
    unfit: Mapping[str, str]
    """Of each taxonomy that is out of use, by key, why: as the graph decides it where one was asked."""
    bringers: Mapping[str, Candidate]
    """Of each taxonomy's key, the plugin that brought it."""
    guard: CircuitBreaker = field(default_factory=CircuitBreaker)
    """Through which the platform calls what plugins brought."""

    @cached_property
    def taxonomies(self) -> tuple[Taxonomy, ...]:
        """Return the taxonomies that are in use."""
        return tuple(one for one in self.brought if one.key not in self.unfit)

    @cached_property
    def faults(self) -> tuple[PluginFault, ...]:
        """Return what is out of use: plugins, or parts of them while the rest works."""
        named = ((self.bringers[key], key, why) for key, why in self.unfit.items())
        parts = (
            PluginFault(one.name, one.distribution, why, part=f"taxonomy {key!r}")
            for one, key, why in named
        )
        return (*self.broken, *parts)

    def judged(self, unfit: Mapping[str, str]) -> Host:
        """Return the host whose taxonomies are out of use for these reasons, by key, and no others."""
        return replace(self, unfit=unfit)

    def model(self, key: str) -> Model[Any]:
        """Return a model by its key; raises NotFound that names those that exist."""
        return self.models.get(key)

    def leaf(self, key: str, catalogue: Catalogue | None = None) -> HostedLeaf:
        """Return a segment leaf by its key; raises NotFound that names those that exist.

        With a catalogue, it may expand only to what that has.
        """
        return HostedLeaf(self.leaves.get(key), self.leaves.part(key), self.guard, catalogue)

    def conditions(self, catalogue: Catalogue | None) -> Conditions:
        """Return the leaves as filters name them, each with what writes it out."""
        return {to_camel(key): self.leaf(key, catalogue).expanded for key in self.leaves.things}


CORE = Candidate("core", shipped, distribution="profilegraph", version=__version__)
"""The plugin that brings the taxonomies of the platform itself."""


def load_host() -> Host:
    """Return the host of the core and of every plugin that is installed beside it."""
    loading = Loading()
    return _host(loading, [CORE, *loading.find(entry_points(group=GROUP))])


def shipped_taxonomies() -> tuple[Taxonomy, ...]:
    """Return the taxonomies of the platform itself, whatever else is installed."""
    return build_host([CORE]).taxonomies


def build_host(
    candidates: Iterable[Candidate],
    faults: Iterable[PluginFault] = (),
    seconds: float = LOAD_SECONDS,
) -> Host:
    """Return the host of these plugins; `faults` are those of plugins that did not get so far.

    One that takes more than `seconds` in a hook of its registration is left out.
    """
    return _host(Loading(faults, seconds), candidates)


def _host(loading: Loading, candidates: Iterable[Candidate]) -> Host:
    for candidate in candidates:
        loading.register(candidate)

    def of(hook: str, kind: str, check: Callable[[Any], T]) -> Registry[T]:
        return gather(loading, f"register_{hook}", kind, check)

    taxonomies = of("taxonomies", "taxonomy", checks.taxonomy)
    return Host(
        plugins=tuple(_plugin(loading, candidate) for candidate in loading.working),
        brought=tuple(bases_first(taxonomies)),
        unfit=_unfit(taxonomies),
        models=of("models", "model", checks.model),
        importers=of("importers", "importer", checks.importer),
        destinations=of("destinations", "destination", checks.destination),
        leaves=of("leaves", "leaf", checks.leaf),
        customer_fields=of("customer_fields", "customer field", checks.customer_field),
        commands=of("commands", "command", checks.command),
        listeners=tuple(_listeners(loading)),
        bringers=taxonomies.owners,
        broken=tuple(loading.faults),
    )


def _plugin(loading: Loading, candidate: Candidate) -> Plugin:
    hooks = tuple(sorted(loading.hooks(candidate)))
    return Plugin(candidate.name, candidate.distribution, candidate.version, hooks)


def _unfit(brought: Registry[Taxonomy]) -> dict[str, str]:
    """Return why taxonomies do not go together with those of plugins before theirs, by key."""
    plugins = {key: one.name for key, one in brought.owners.items()}
    return {
        key: why(brought.things[key], misfit, plugins) for key, misfit in unfit([*brought]).items()
    }


def _listeners(loading: Loading) -> Iterator[Listener]:
    for candidate in loading.working:
        for hook in loading.hooks(candidate):
            if hook in LISTENED:
                yield Listener(
                    PluginPart(candidate.name, hook), hook, loading.caller(candidate, hook)
                )
