"""Teams of an organisation: their pages, and their part of the API."""
