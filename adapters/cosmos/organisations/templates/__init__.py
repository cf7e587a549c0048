"""Templates of organisations, the cards that follow them, and requests about those."""
