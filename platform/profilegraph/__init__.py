"""Customer profiles as a graph, segments over many dimensions, every answer explained."""

from importlib.metadata import version

__version__ = version("profilegraph")
