"""The audit log in the graph: entries in partitions, and the chain of seals over them."""
