"""The records of customers: who they are, what they did, and their organisation."""
