"""How fast a night is, held against the same night written by hand in SQL."""
