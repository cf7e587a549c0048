"""Repositories of organisations, each in the organisation's partition."""
