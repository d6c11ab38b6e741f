"""API keys, sessions of browsers and sign-in links in the graph."""
