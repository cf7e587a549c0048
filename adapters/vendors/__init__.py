"""Connectors of the systems of clients: a folder for each."""
