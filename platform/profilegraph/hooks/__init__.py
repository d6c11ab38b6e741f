"""Plugins: what they may bring (specs, models), and the host that loads each on its own."""

from profilegraph.hooks.models import EventTable, Model, Scores, local_days
from profilegraph.hooks.specs import API_VERSION, hookimpl

__all__ = ["API_VERSION", "EventTable", "Model", "Scores", "hookimpl", "local_days"]
