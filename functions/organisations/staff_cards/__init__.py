"""The doors of staff cards."""
