"""Ways to write a Deck, one a module."""
