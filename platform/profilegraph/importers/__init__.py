"""Files of customer data and taxonomies, read into domain records; knows of no database."""
