"""Integrated systems of organisations: their pages and API, and the jobs that sync them."""
