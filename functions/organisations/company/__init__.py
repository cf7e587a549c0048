"""The doors of company pages."""
