"""Who asks over HTTP: what a request shows, and signing in and out."""
