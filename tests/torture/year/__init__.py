"""A simulated year: the shipped workspace, `wakeline start` on a stepped clock, and what befalls it."""
