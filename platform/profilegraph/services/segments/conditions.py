"""The conditions beyond the language's own that a filter in a file or a command may use."""

from __future__ import annotations

from profilegraph.language.codec import Conditions
from profilegraph.language.typed_names import with_dimensions
from profilegraph.services.platform import Platform


async def conditions(platform: Platform) -> Conditions:
    """Return the conditions of plugins, and one for each dimension in force."""
    catalogue = await platform.catalogue()
    return with_dimensions(platform.host.conditions(catalogue), catalogue)
