"""The doors of templates."""
