"""The evaluators of the segment language; on every input they agree."""
