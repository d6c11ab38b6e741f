"""Identity: who asks, by API keys, sessions of browsers and tokens."""
