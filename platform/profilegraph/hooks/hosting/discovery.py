"""Discovers and registers installed plugins, each in isolation."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import TypeVar

import pluggy
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from profilegraph.errors import PluginError, ProfilegraphError
from profilegraph.hooks.hosting.containment import run_within
from profilegraph.hooks.specs import API_VERSION, GROUP, Hooks

T = TypeVar("T")
LOAD_SECONDS = 20.0
"""The time limit of importing a plugin, and of each `register_` hook."""


@dataclass(frozen=True)
class Candidate:
    """A discovered plugin: a module or an object, and its origin."""

    name: str
    plugin: object
    distribution: str = ""
    version: str = ""


@dataclass(frozen=True)
class PluginFault:
    """Why a plugin, or a part of it, is not in use, with the traceback if it raised."""

    name: str
    distribution: str
    reason: str
    traceback: str = ""
    part: str = ""
    """The part of the plugin, such as `taxonomy 'shop'`; empty for the whole plugin."""

    @property
    def about(self) -> str:
        """Return what is not in use: the plugin, or a part of it."""
        return f"{self.name} ({self.part})" if self.part else self.name


class Loading:
    """Loads plugins: an error in one is recorded as a fault, and the others are loaded."""

    def __init__(self, faults: Iterable[PluginFault] = (), seconds: float = LOAD_SECONDS) -> None:
        """Start with known faults, and with a time limit for each step of a plugin."""
        self.manager = pluggy.PluginManager(GROUP)
        self.manager.add_hookspecs(Hooks)
        self.working: list[Candidate] = []
        self.faults = list(faults)
        self._seconds = seconds

    def find(self, entries: Iterable[EntryPoint]) -> list[Candidate]:
        """Return the plugins of these entry points that can be imported, by name."""
        found: list[Candidate] = []
        for entry in sorted(entries, key=lambda entry: entry.name):
            of = (entry.dist.name, entry.dist.version) if entry.dist else ("", "")
            nothing = Candidate(entry.name, None, *of)
            loaded = self.contained(nothing, f"cannot be imported from {entry.value}", entry.load)
            if loaded is not None:
                found.append(Candidate(entry.name, loaded, *of))
        return found

    def register(self, candidate: Candidate) -> None:
        """Register a plugin; any error, also a PluginError, is recorded as a fault."""
        try:
            _require_this_api(candidate.plugin)
            self.manager.register(candidate.plugin, candidate.name)
            self.manager.check_pending()
            self._require_hooks(candidate)
        except (PluginError, pluggy.PluginValidationError, ValueError) as error:
            # ValueError: a second plugin of the same name, which must not take down the first.
            if self.manager.get_plugin(candidate.name) is candidate.plugin:
                self.manager.unregister(candidate.plugin)
            self.fault(candidate, f"{error}")
        else:
            self.working.append(candidate)

    def _require_hooks(self, candidate: Candidate) -> None:
        if not self.hooks(candidate):
            raise PluginError(
                "implements no hook; mark its hooks with @profilegraph.hooks.hookimpl"
            )

    def hooks(self, candidate: Candidate) -> list[str]:
        """Return the hooks that a plugin implements."""
        return [caller.name for caller in self.manager.get_hookcallers(candidate.plugin) or ()]

    def caller(self, candidate: Candidate, hook: str) -> pluggy.HookCaller:
        """Return the caller of a hook of one plugin alone."""
        others = [one.plugin for one in self.working if one is not candidate]
        return self.manager.subset_hook_caller(hook, others)

    def contained(
        self, candidate: Candidate, what: str, call: Callable[[], T], part: str = ""
    ) -> T | None:
        """Return what `call` returns; None, with a recorded fault, if it raises or hangs."""
        try:
            return run_within(self._seconds, call, f"load {candidate.name}")
        except ProfilegraphError as error:
            reason, trace = f"{what}: {error}", ""
        except Exception as error:  # noqa: BLE001  (a partner's code may raise anything)
            reason = f"{what}: {type(error).__name__}: {error}"
            trace = "".join(traceback.format_exception(error))
        self.fault(candidate, reason, trace, part)
        return None

    def fault(self, candidate: Candidate, reason: str, trace: str = "", part: str = "") -> None:
        """Record a fault of a plugin or of a part of it."""
        self.faults.append(PluginFault(candidate.name, candidate.distribution, reason, trace, part))


def _require_this_api(plugin: object) -> None:
    needed = getattr(plugin, "profilegraph_api", None)
    if needed is None:
        return
    try:
        fits = SpecifierSet(needed if isinstance(needed, str) else repr(needed)).contains(
            API_VERSION
        )
    except InvalidSpecifier as error:
        raise PluginError(
            f'`profilegraph_api` must be a range of versions, such as ">=1,<2": {error}'
        ) from error
    if not fits:
        raise PluginError(
            f"needs version {needed} of the plugin API; this profilegraph has {API_VERSION}"
        )
