"""The words that start a workflow: one line a word."""

from engine.model.kinds import table
from engine.triggers.every import Every
from engine.triggers.schedule import Schedule
from engine.triggers.when import When

TRIGGERS = table(Every, Schedule, When)
