"""The doors of requests to change staff cards."""
