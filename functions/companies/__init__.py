"""Doors of connecting with organisations."""
