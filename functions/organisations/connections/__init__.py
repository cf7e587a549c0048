"""The doors of connections with organisations."""
