"""Entries folded into observation views; views are caught up after every push and can be rebuilt from zero."""
