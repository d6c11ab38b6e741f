"""API keys and sessions of browsers in the API, for administrators."""
