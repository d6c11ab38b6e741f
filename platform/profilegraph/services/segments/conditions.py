"""What a filter of a file or a command may name beside the language's own conditions."""

from __future__ import annotations

from profilegraph.language.codec import Conditions
from profilegraph.language.typed_names import with_dimensions
from profilegraph.services.platform import Platform


async def conditions(platform: Platform) -> Conditions:
    """Return the conditions that plugins bring, and one for each dimension in force."""
    catalogue = await platform.catalogue()
    return with_dimensions(platform.host.conditions(catalogue), catalogue)
