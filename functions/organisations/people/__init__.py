"""People of an organisation: roles, leaving, ownership, and the organisation's end."""
