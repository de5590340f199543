"""How many points a score can have, and what in it is beyond that."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from engine.checks.places import Places
from engine.model.diagnostics import Problems
from engine.model.scores import PointsEach, Score

_WHOLE = Decimal(100)
_FAR = Decimal("Infinity")
_TENTH = Decimal("0.1")
"""Scores are kept to one decimal."""


def reach_of(score: Score) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most it can be, None where it has no end; what excludes each other is not seen."""
    low, high = Decimal(0), _WHOLE if score.dimensions else Decimal(0)
    for one in score.points:
        give = one.give
        if isinstance(one, PointsEach) and give:
            give = (_FAR if one.at_most is None else abs(one.at_most)).copy_sign(give)
        low, high = low + min(give, Decimal(0)), high + max(give, Decimal(0))
    return _kept(low, score, ROUND_FLOOR), _kept(high, score, ROUND_CEILING)


def _kept(value: Decimal, score: Score, rounding: str) -> Decimal | None:
    """Within `not_below` and `not_above`."""
    if score.not_below is not None:
        value = max(value, score.not_below)
    if score.not_above is not None:
        value = min(value, score.not_above)
    return value.quantize(_TENTH, rounding) if value.is_finite() else None


def note_reach(score: Score, places: Places, problems: Problems) -> None:
    """Entries that give nothing, bounds that leave one number, bands that no record comes into."""
    for number, one in enumerate(score.points):
        word = "give" if not one.give else "at_most"
        at = places(f"points/{number}/{word}")
        if at is not None and (not one.give or (isinstance(one, PointsEach) and one.at_most == 0)):
            problems.warning(at, "W560", kind=word)
    at = places("not_above")
    below, above = score.not_below, score.not_above
    if at is not None and below is not None and above is not None and below >= above:
        problems.warning(at, "W560", kind="bounds", value=below)
    else:
        _note_bands(score, places, problems)


def _note_bands(score: Score, places: Places, problems: Problems) -> None:
    low, high = reach_of(score)
    for number, band in enumerate(score.bands):
        at = places(f"bands/{number}")
        above = score.bands[number - 1] if number else None
        bound, taken = band.at_least, None if above is None else above.at_least
        if at is not None and bound is not None and high is not None and bound > high:
            problems.error(at, "W563", kind="high", name=band.name, value=bound, end=_told(high))
        elif at is not None and above is not None and taken is not None and low is not None and taken <= low:
            problems.error(at, "W563", kind="low", name=band.name, other=above.name, end=_told(low))


def _told(value: Decimal) -> str:
    return f"{value.normalize():f}"
