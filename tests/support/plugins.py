"""Platforms whose host has the plugins of a test beside those of the platform itself."""

from __future__ import annotations

from dataclasses import replace

from profilegraph.hooks.host import CORE, Candidate, Host, build_host
from profilegraph.services.platform import Platform


def host_of(**plugins: object) -> Host:
    """Return the host of the platform itself and of plugins by name; none of them may be at fault."""
    host = build_host([CORE, *(Candidate(name, one, version="1") for name, one in plugins.items())])
    assert host.faults == ()
    return host


def with_plugins(platform: Platform, **plugins: object) -> Platform:
    """Return a platform with the plugins of a test, by name."""
    return replace(platform, host=host_of(**plugins))
