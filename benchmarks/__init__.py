"""What profilegraph can do per second, measured beside what one would use instead."""
