"""The doors of what becomes of the cards of those who leave."""
