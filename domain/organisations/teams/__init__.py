"""Teams of an organisation, and who is in them."""
