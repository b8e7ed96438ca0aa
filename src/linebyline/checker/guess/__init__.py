"""What a text is about, where nobody said."""
