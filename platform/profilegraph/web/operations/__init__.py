"""What operators ask over HTTP: health, figures, logs, the index's verification."""
