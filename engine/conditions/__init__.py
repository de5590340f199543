"""The words that ask something of a record; `table.py` lists them, `reader.py` reads groups and leaves."""

from engine.conditions.reader import read_condition
from engine.conditions.table import CONDITIONS

__all__ = ["CONDITIONS", "read_condition"]
