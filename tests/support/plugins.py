"""Platforms whose host has the plugins of a test beside those of the platform itself."""

from __future__ import annotations

import shutil
import weakref
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.hooks import hookimpl
from profilegraph.hooks.hosting.host import CORE, Candidate, Host, build_host
from profilegraph.services.destinations.sending import delivery_kind
from profilegraph.services.outbox.worker import OutboxWorker
from profilegraph.services.platform import Platform
from tests.support.outbox import send_all


class Bringing:
    """A plugin that brings taxonomies."""

    def __init__(self, *taxonomies: Taxonomy) -> None:
        folder = Path(mkdtemp())
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._paths = [folder / f"{one.key}.yaml" for one in taxonomies]
        for path, one in zip(self._paths, taxonomies, strict=True):
            text = one.model_dump_json(by_alias=True, exclude_none=True, exclude_defaults=True)
            path.write_text(text, "utf-8")  # JSON is YAML

    @hookimpl
    def register_taxonomies(self) -> Sequence[Path]:
        return self._paths


def host_of(**plugins: object) -> Host:
    """Return the host of the platform itself and of plugins by name; none of them may be at fault."""
    host = build_host([CORE, *(Candidate(name, one, version="1") for name, one in plugins.items())])
    assert host.faults == ()
    return host


def with_plugins(platform: Platform, **plugins: object) -> Platform:
    """Return a platform with the plugins of a test, by name."""
    return replace(platform, host=host_of(**plugins))


async def send_due(platform: Platform, now: datetime) -> None:
    """Send what waits at a moment, as one round of one process does, and wait until it is sent."""
    await send_all(platform, [delivery_kind(platform)], now)


def delivering(platform: Platform, now: datetime) -> OutboxWorker:
    """Return what sends deliveries in one process, at a moment."""
    return OutboxWorker(platform, [delivery_kind(platform)], lambda: now)
