"""The words that start a workflow; `table.py` lists them, `reader.py` reads `trigger:`."""

from engine.triggers.reader import read_triggers
from engine.triggers.table import TRIGGERS

__all__ = ["TRIGGERS", "read_triggers"]
