"""The things of one kind that all plugins provide, by key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from profilegraph.errors import NotFound, PluginError
from profilegraph.hooks.commands import Command
from profilegraph.hooks.hosting.circuit_breaker import PluginPart
from profilegraph.hooks.hosting.discovery import Candidate, Loading
from profilegraph.nearest import did_you_mean

T = TypeVar("T")


@dataclass(frozen=True)
class Registry(Generic[T]):
    """Things of one kind by key, with their plugins."""

    kind: str
    """The name of the kind, such as `model`."""
    things: Mapping[str, T] = field(default_factory=dict)
    owners: Mapping[str, Candidate] = field(default_factory=dict)

    def __iter__(self) -> Iterator[T]:
        """Yield the things in the order of registration."""
        return iter(self.things.values())

    def __len__(self) -> int:
        """Return the number of things."""
        return len(self.things)

    def __contains__(self, key: object) -> bool:
        """Return whether there is one of this key."""
        return key in self.things

    def get(self, key: str) -> T:
        """Return a thing by its key; raises NotFound that names the nearest, or all."""
        if key not in self.things:
            hint = did_you_mean(key, self.things) if self.things else "None is installed."
            raise NotFound(f"no {self.kind} is called {key!r}.", hint=hint)
        return self.things[key]

    def part(self, key: str) -> PluginPart:
        """Return the plugin part of a thing, under which its failures are recorded."""
        return PluginPart(self.owners[key].name, f"{self.kind} {key}")


def gather(loading: Loading, hook: str, kind: str, check: Callable[[Any], T]) -> Registry[T]:
    """Return what all plugins provide by a hook; of two with one key, the first is kept.

    `check` validates a thing and returns it, or raises PluginError.
    """
    things: dict[str, T] = {}
    owners: dict[str, Candidate] = {}
    for candidate in loading.working:
        for one in _brought(loading, candidate, hook, check):
            key = _key(one)
            if key in things:
                owner = owners[key].name
                reason = f"its {kind} {key!r} exists already, in the plugin {owner!r}"
                loading.fault(candidate, reason, part=f"{kind} {key!r}")
            else:
                things[key], owners[key] = one, candidate
    return Registry(kind, things, owners)


def _brought(
    loading: Loading, candidate: Candidate, hook: str, check: Callable[[Any], T]
) -> list[T]:
    caller = loading.caller(candidate, hook)

    def checked() -> list[T]:
        # pluggy returns a list of what each plugin returned, and leaves out None: here of this one.
        found = caller()
        if not found and hook in loading.hooks(candidate):
            raise PluginError("it returned None.", hint="Return a list.")
        return [check(item) for items in found for item in items]

    return loading.contained(candidate, f"{hook} failed", checked, hook) or []


def _key(thing: Any) -> str:
    key: str = thing.name if isinstance(thing, Command) else thing.key
    return key
