"""The host: the parts of the working plugins, and the faults of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import entry_points
from typing import Any, TypeVar

from pydantic.alias_generators import to_camel

from profilegraph import __version__
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.compatibility import (
    bases_first,
    describe_incompatibility,
    incompatible,
)
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
    """A working plugin, and the hooks that it implements."""

    name: str
    distribution: str
    version: str
    hooks: tuple[str, ...]


@dataclass(frozen=True)
class Host:
    """The parts of the working plugins, and the faults of the others."""

    plugins: tuple[Plugin, ...]
    brought: tuple[Taxonomy, ...]
    """All taxonomies, including disabled ones, in dependency order."""
    models: Registry[Model[Any]]
    importers: Registry[Importer[Any]]
    destinations: Registry[Destination[Any]]
    leaves: Registry[SegmentLeaf[Any]]
    customer_fields: Registry[CustomerField]
    commands: Registry[Command]
    listeners: tuple[Listener, ...]
    broken: tuple[PluginFault, ...]
    """Faults of plugins that do not depend on the graph."""
    disabled: Mapping[str, str]
    """The reason of each disabled taxonomy, by key; with a graph, according to the graph."""
    providers: Mapping[str, Candidate]
    """The plugin that provides each taxonomy, by key."""
    guard: CircuitBreaker = field(default_factory=CircuitBreaker)
    """Guards the calls of plugins' code."""

    @cached_property
    def taxonomies(self) -> tuple[Taxonomy, ...]:
        """Return the enabled taxonomies."""
        return tuple(one for one in self.brought if one.key not in self.disabled)

    @cached_property
    def faults(self) -> tuple[PluginFault, ...]:
        """Return what is out of use: plugins, or parts of plugins that otherwise work."""
        named = ((self.providers[key], key, why) for key, why in self.disabled.items())
        parts = (
            PluginFault(one.name, one.distribution, why, part=f"taxonomy {key!r}")
            for one, key, why in named
        )
        return (*self.broken, *parts)

    def with_disabled(self, disabled: Mapping[str, str]) -> Host:
        """Return the host with exactly these taxonomies disabled, by key with the reason."""
        return replace(self, disabled=disabled)

    def model(self, key: str) -> Model[Any]:
        """Return a model by its key; raises NotFound that names those that exist."""
        return self.models.get(key)

    def leaf(self, key: str, catalogue: Catalogue | None = None) -> HostedLeaf:
        """Return a segment leaf by its key; raises NotFound that names those that exist.

        With a catalogue, it may expand only to filters on definitions of that.
        """
        return HostedLeaf(self.leaves.get(key), self.leaves.part(key), self.guard, catalogue)

    def conditions(self, catalogue: Catalogue | None) -> Conditions:
        """Return the leaves by their names in filters, each with its expansion."""
        return {to_camel(key): self.leaf(key, catalogue).expanded for key in self.leaves.things}


CORE = Candidate("core", shipped, distribution="profilegraph", version=__version__)
"""The plugin that provides the platform's own taxonomies."""


def load_host() -> Host:
    """Return the host of the core and of every installed plugin."""
    loading = Loading()
    return _host(loading, [CORE, *loading.find(entry_points(group=GROUP))])


def shipped_taxonomies() -> tuple[Taxonomy, ...]:
    """Return the platform's own taxonomies, regardless of installed plugins."""
    return build_host([CORE]).taxonomies


def build_host(
    candidates: Iterable[Candidate],
    faults: Iterable[PluginFault] = (),
    seconds: float = LOAD_SECONDS,
) -> Host:
    """Return the host of these plugins; `faults` are those of plugins that could not be imported.

    A plugin that takes more than `seconds` in a registration hook is left out.
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
        disabled=_incompatible(taxonomies),
        models=of("models", "model", checks.model),
        importers=of("importers", "importer", checks.importer),
        destinations=of("destinations", "destination", checks.destination),
        leaves=of("leaves", "leaf", checks.leaf),
        customer_fields=of("customer_fields", "customer field", checks.customer_field),
        commands=of("commands", "command", checks.command),
        listeners=tuple(_listeners(loading)),
        providers=taxonomies.owners,
        broken=tuple(loading.faults),
    )


def _plugin(loading: Loading, candidate: Candidate) -> Plugin:
    hooks = tuple(sorted(loading.hooks(candidate)))
    return Plugin(candidate.name, candidate.distribution, candidate.version, hooks)


def _incompatible(brought: Registry[Taxonomy]) -> dict[str, str]:
    """Return why taxonomies are incompatible with those of earlier plugins, by key."""
    plugins = {key: one.name for key, one in brought.owners.items()}
    return {
        key: describe_incompatibility(brought.things[key], incompatibility, plugins)
        for key, incompatibility in incompatible([*brought]).items()
    }


def _listeners(loading: Loading) -> Iterator[Listener]:
    for candidate in loading.working:
        for hook in loading.hooks(candidate):
            if hook in LISTENED:
                yield Listener(
                    PluginPart(candidate.name, hook), hook, loading.caller(candidate, hook)
                )
