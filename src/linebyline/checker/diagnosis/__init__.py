"""What would make a wrong side right, in words and in LaTeX."""
