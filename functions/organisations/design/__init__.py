"""Designs by iZwop's own people, as the organisation orders, sees and approves them."""
