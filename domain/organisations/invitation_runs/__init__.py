"""Inviting many at once: those whom an organisation knows and who have not joined."""
