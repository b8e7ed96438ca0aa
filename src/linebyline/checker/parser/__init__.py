"""A text, cut into chains of sides, each a tree."""
