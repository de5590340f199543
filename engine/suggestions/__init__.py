"""Examples that a workflow lacks: what none tries, where its borders are, and which records decide there."""
