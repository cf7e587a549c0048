"""Requests of members to change what their organisation decides on their card."""
