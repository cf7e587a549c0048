"""The doors of brands, and of the pictures of organisations."""
