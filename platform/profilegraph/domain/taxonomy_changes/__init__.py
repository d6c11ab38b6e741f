"""Changes of tags and dimensions in use, as pure functions."""
