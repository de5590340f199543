"""The words that ask something of a record: one line a word."""

from collections.abc import Mapping

from engine.conditions.band_of import BandOf
from engine.conditions.field import FieldIs
from engine.conditions.rank_of import RankOf
from engine.conditions.related import (
    AverageOf,
    CountOf,
    DistinctOf,
    EarliestOf,
    LargestOf,
    LatestOf,
    ShareOf,
    SmallestOf,
    SumOf,
)
from engine.conditions.rhythm import ExpectedNextOf, UsualGapOf
from engine.conditions.step import StepIs
from engine.conditions.time_since import TimeSince
from engine.conditions.time_until import TimeUntil
from engine.model.kinds import Condition, table

CONDITIONS: Mapping[str, type[Condition]] = table(
    FieldIs,
    TimeSince,
    TimeUntil,
    BandOf,
    CountOf,
    ShareOf,
    SumOf,
    AverageOf,
    SmallestOf,
    LargestOf,
    LatestOf,
    EarliestOf,
    DistinctOf,
    UsualGapOf,
    ExpectedNextOf,
    RankOf,
    StepIs,
)
