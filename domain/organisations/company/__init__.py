"""The company page: the card of an organisation itself."""
