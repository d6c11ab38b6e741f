"""Changes of tags in use in the API."""
