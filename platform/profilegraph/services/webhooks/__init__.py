"""Webhooks: which there are, and the delivery of messages to them."""
