"""The words of the business as frozen, validated data; knows of no database, API or file."""
