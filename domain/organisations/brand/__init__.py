"""The brand of an organisation, and the pictures in its partition."""
