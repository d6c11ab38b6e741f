"""From the rows of a table to the records of the domain."""
