"""People of an organisation from a file: read, told row by row, written, and taken back."""
