"""That the plugin keeps the contract of the hooks."""

from __future__ import annotations

import profilegraph_rfm
from profilegraph_testing.contract import PluginContract


class TestContract(PluginContract):
    plugin = profilegraph_rfm
