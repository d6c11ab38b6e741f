"""The feed of changes in commit order, and the numbers of customers."""
