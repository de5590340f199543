"""The words that ask something of a record: one line a word."""

from collections.abc import Mapping

from engine.conditions.average_of import AverageOf
from engine.conditions.band_of import BandOf
from engine.conditions.count_of import CountOf
from engine.conditions.distinct_of import DistinctOf
from engine.conditions.earliest_of import EarliestOf
from engine.conditions.expected_next_of import ExpectedNextOf
from engine.conditions.field import FieldIs
from engine.conditions.largest_of import LargestOf
from engine.conditions.latest_of import LatestOf
from engine.conditions.rank_of import RankOf
from engine.conditions.share_of import ShareOf
from engine.conditions.smallest_of import SmallestOf
from engine.conditions.step import StepIs
from engine.conditions.sum_of import SumOf
from engine.conditions.time_since import TimeSince
from engine.conditions.time_until import TimeUntil
from engine.conditions.usual_gap_of import UsualGapOf
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
