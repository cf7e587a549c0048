"""Templates: which fields the cards of an organisation's people have, and what they say."""
