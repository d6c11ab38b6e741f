"""The objects of the API: what each has, and how it is read."""
