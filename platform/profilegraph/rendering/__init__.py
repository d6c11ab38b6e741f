"""Filters, verdicts, differences and attributions as sentences that people read."""
