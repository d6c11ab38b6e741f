"""Limits and defaults that services keep, and that the API and the commands tell people."""

from __future__ import annotations

MAX_PAGE = 1_000
"""How many customers, people or events one page has at most."""
MAX_TRANSITIONS = 1_000
"""How many of a live segment's transitions one page has at most."""
MAX_WATCHED = 100
"""How many customers one subscription watches at most."""
BATCH_ROWS = 5_000
"""How many rows of a file one transaction imports, where nothing is said."""
HOURLY = "0 * * * *"
"""When all customers of a live segment are evaluated, where nothing is said; cron text."""
STALE_DAYS = 182
"""Days after which a tagging that nobody confirmed is stale, where nothing is said."""
FROZEN_DAYS = 365
"""Days without an event after which a customer keeps its tags, where nothing is said."""
