"""The plugin host: discovery, registration, isolation and circuit breaking."""
