"""What a symbol with its indices may stand for, and what a whole side says."""
