"""Outgoing requests: signed, and to public addresses only."""

from profilegraph.hooks.outgoing.addresses import parse_target
from profilegraph.hooks.outgoing.posting import Failure, SignedMessage, post, private_allowed

__all__ = ["Failure", "SignedMessage", "parse_target", "post", "private_allowed"]
