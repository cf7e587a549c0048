"""Connecting with organisations, by their company pages: people outside give, the organisation sees."""
