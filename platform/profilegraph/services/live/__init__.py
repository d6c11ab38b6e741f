"""Live segments: who is a member is evaluated when something changes, and on schedule."""
