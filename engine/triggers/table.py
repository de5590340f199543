"""The words that start a workflow: one line a word."""

from collections.abc import Mapping

from engine.model.kinds import Trigger, table
from engine.triggers.every import Every
from engine.triggers.schedule import Schedule
from engine.triggers.when import When

TRIGGERS: Mapping[str, type[Trigger]] = table(Every, Schedule, When)
