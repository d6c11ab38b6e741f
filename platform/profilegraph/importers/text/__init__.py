"""Files of text: encodings, delimiters, records and rejects."""
