"""What the rules share: the texts of a card taken apart, and words to look for."""
