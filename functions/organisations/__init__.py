"""Organisations: pages under `/org`, and their part of the API."""
