"""Segments: asked, explained, compared, and saved in versions."""
