"""Design by iZwop's own people: an organisation orders it and gives one designer access for a time."""
