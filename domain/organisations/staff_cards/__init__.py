"""Staff cards: cards that belong to an organisation and follow its templates."""
