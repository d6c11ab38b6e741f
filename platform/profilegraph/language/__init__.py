"""The segment language: its nodes, its JSON, and the evaluators that agree on it."""
