"""The network a text is about, and the value of a side on it."""
