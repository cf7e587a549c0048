"""Photos of people from a zip: told file by file, set on their cards, and taken back."""
