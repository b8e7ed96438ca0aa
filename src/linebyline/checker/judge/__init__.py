"""Each side compared with its left side, and what came of it."""
