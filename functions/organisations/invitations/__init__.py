"""Invitations: their page and part of the API, the page that joins, the mail."""
