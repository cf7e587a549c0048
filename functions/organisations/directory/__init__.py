"""Doors to how the directory of an organisation is connected."""
