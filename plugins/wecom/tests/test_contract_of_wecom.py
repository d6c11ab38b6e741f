"""That the plugin keeps the contract of the hooks."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import profilegraph_wecom
from profilegraph_testing.contract import PluginContract

RESPONSES = tuple(sorted((Path(__file__).parent / "responses").iterdir()))


class TestContract(PluginContract):
    plugin = profilegraph_wecom
    import_files = MappingProxyType({"wecom": RESPONSES})
