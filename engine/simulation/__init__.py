"""Simulation: many nights on a throw-away copy of the store. Nothing leaves, the original is only read."""

from engine.simulation.outcome import Simulation
from engine.simulation.simulate import Asked, simulate

__all__ = ["Asked", "Simulation", "simulate"]
