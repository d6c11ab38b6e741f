"""Plugins: what they may provide, one module per kind, and the host that loads each in isolation."""

from profilegraph.hooks import tables
from profilegraph.hooks.columns import utc64
from profilegraph.hooks.commands import Command
from profilegraph.hooks.customer_fields import CustomerField
from profilegraph.hooks.destinations import Delivery, Destination, Heading, Page
from profilegraph.hooks.importers import Importer
from profilegraph.hooks.leaves import SegmentLeaf
from profilegraph.hooks.listeners import MembershipChanged, TaggedCustomer, TagsChanged
from profilegraph.hooks.models import Model, Scores, local_days
from profilegraph.hooks.options import NoOptions
from profilegraph.hooks.specs import API_VERSION, hookimpl
from profilegraph.hooks.tables import *
from profilegraph.importers.records.binding import Conventions
from profilegraph.importers.records.items import UnreadableItem

__all__ = [
    "API_VERSION",
    "Command",
    "Conventions",
    "CustomerField",
    "Delivery",
    "Destination",
    "Heading",
    "Importer",
    "MembershipChanged",
    "Model",
    "NoOptions",
    "Page",
    "Scores",
    "SegmentLeaf",
    "TaggedCustomer",
    "TagsChanged",
    "UnreadableItem",
    "hookimpl",
    "local_days",
    "utc64",
]
__all__ += tables.__all__
