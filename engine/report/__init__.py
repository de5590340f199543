"""What comes out, for people and machines: dry runs, explanations, runs, lists, diagnostics."""
