"""Live segments in the API."""
