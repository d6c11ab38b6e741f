"""Values as people write them: dates, amounts, phone numbers, words."""
