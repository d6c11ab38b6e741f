"""The deployment in the API, and notices about answers."""
