"""The helper package of *Backprop, line by line*."""
