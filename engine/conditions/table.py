"""The words that ask something of a record: one line a word."""

from collections.abc import Mapping

from engine.conditions.aggregates import CountOf, SumOf
from engine.conditions.field import FieldIs
from engine.conditions.time_since import TimeSince
from engine.model.kinds import Condition, table

CONDITIONS: Mapping[str, type[Condition]] = table(FieldIs, TimeSince, CountOf, SumOf)
