"""What ships together: the platform's taxonomies and the plugins of this repository, no others."""

from __future__ import annotations

import tomllib
from importlib.metadata import entry_points
from pathlib import Path

from profilegraph.hooks.hosting.discovery import Loading
from profilegraph.hooks.hosting.host import CORE, Host, build_host
from profilegraph.hooks.specs import GROUP

PLUGINS = Path(__file__).parents[1] / "plugins"


def shipped_host() -> Host:
    """Return the host of all that ships, whatever else is installed beside it.

    Raises RuntimeError where a plugin of the repository is not installed, or does not work.
    """
    names: set[str] = set()
    for path in PLUGINS.glob("*/pyproject.toml"):
        project = tomllib.loads(path.read_text("utf-8"))["project"]
        names |= project.get("entry-points", {}).get(GROUP, {}).keys()
    loading = Loading()
    found = loading.find(one for one in entry_points(group=GROUP) if one.name in names)
    host = build_host([CORE, *found], loading.faults)
    missing = names - {plugin.name for plugin in host.plugins}
    if missing or host.faults:
        raise RuntimeError(f"these plugins do not work: {sorted(missing)} {host.faults}")
    return host
