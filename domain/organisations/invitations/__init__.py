"""Invitations into an organisation: by mail, for one address, once, for fourteen days."""
