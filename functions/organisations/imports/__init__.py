"""Doors of people from files."""
