"""The words that do something with a record; `table.py` lists them, `reader.py` reads lists of steps."""

from engine.actions.reader import read_steps
from engine.actions.table import ACTIONS

__all__ = ["ACTIONS", "read_steps"]
