"""The outbox: sends, retries, holds and gives up items of all kinds."""
