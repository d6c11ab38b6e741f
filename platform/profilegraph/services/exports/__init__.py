"""A segment's members, or its people, as a file: CSV, workbook or JSON Lines, of any length."""
