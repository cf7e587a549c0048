"""Inviting those who have not joined, many at once: pages and API."""
