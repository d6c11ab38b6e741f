"""What this process caches of the graph: taxonomies and the index, kept up to date with every commit."""
