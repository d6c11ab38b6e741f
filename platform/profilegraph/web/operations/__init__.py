"""HTTP endpoints for operators: health, metrics, logs, verification of the index."""
