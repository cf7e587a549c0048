"""The doors of the visits of an organisation's cards."""
