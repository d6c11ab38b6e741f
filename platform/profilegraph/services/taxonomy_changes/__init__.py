"""Changes of tags and dimensions in use: planned with their blast radius, applied, and undone."""
