"""Sees days that no related record can be on: all left out again, or all to come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.checks.places import Places
from engine.model.diagnostics import Problems
from engine.model.moments import Anchor, Clock, Period
from engine.model.operands import Aggregate

_SAMPLES = tuple(
    Clock(datetime(2027, 1, 1, 12, tzinfo=UTC) + timedelta(days=number), ZoneInfo("UTC"))
    for number in range(2 * 365 + 1)
)
"""Every day of two years, a leap year among them: what is so on all of them is always so."""


def note_window(aggregate: Aggregate, places: Places, problems: Problems) -> None:
    """The days of `during` or `since`, without those of `except`."""
    looked_at = None if aggregate.window is None else aggregate.window.period
    left_out = None if aggregate.except_ is None else aggregate.except_.period
    since, except_ = places("since"), places("except")
    if looked_at is None:
        return
    if since is not None and _is_to_come(looked_at):
        problems.error(since, "W556", kind="since")
    elif except_ is not None and left_out is not None and _covers(left_out, looked_at):
        problems.error(except_, "W556", kind="except", window=_told(looked_at))


def _told(period: Period) -> str:
    return period.text if period.since is None else f"since: {period.since.text}"


def _is_to_come(period: Period) -> bool:
    """Whether it begins later than it ends, which is today; the end of a month is, but for one day."""
    moment = period.since
    if moment is None or not _is_sure(period):
        return False
    if moment.anchor is Anchor.END_OF:
        return True
    return all(period.days(clock)[0] > clock.today for clock in _SAMPLES)


def _covers(outer: Period, inner: Period) -> bool:
    """Whether every day of the one is a day of the other, whatever day it is today."""
    if not (_is_sure(outer) and _is_sure(inner)):
        return False
    for clock in _SAMPLES:
        (first, last), (inner_first, inner_last) = outer.days(clock), inner.days(clock)
        if not first <= inner_first <= inner_last <= last:
            return False
    return True


def _is_sure(period: Period) -> bool:
    """Whether its days follow from today alone: no start of an enrollment, no free days, no fixed day."""
    moment = period.since
    if moment is not None and (moment.anchor is Anchor.START or moment.fixed is not None):
        return False
    lengths = (period.length, None if moment is None else moment.offset)
    return not any(one is not None and (one.is_working or not one.counts_days) for one in lengths)
