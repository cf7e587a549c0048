"""Connections of people with organisations, by the company page."""
