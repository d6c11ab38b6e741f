"""The HTTP server around the API."""
