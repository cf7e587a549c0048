"""Azure Key Vault: the key that wraps the data keys of sealed credentials."""
