"""What every trigger by the clock shares: its zone, times that it cannot keep, how mistakes are told."""

from __future__ import annotations

from types import MappingProxyType

from engine.cron import CronProblem
from engine.model.diagnostics import nearest
from engine.model.document import Mapping, Scalar, Span
from engine.model.lengths import lengths_like
from engine.model.nights import CatchUp, Overlap
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT, one_of_words
from engine.shapes.zones import read_zone

CLOCK = MappingProxyType(
    {"timezone": TEXT, "catch_up": one_of_words(*CatchUp), "overlap": one_of_words(*Overlap)}
)

_CODES = {
    "too_long": "W250",
    "field_count": "W250",
    "forbidden": "W250",
    "field": "W250",
    "never_fires": "W251",
    "time": "W254",
    "every": "W255",
    "unwanted": "W255",
    "day_of_month": "W256",
}


def zone_of(node: Mapping, reading: Reading) -> str:
    """The trigger's own zone, or an empty text for the workspace's."""
    zone = node.get("timezone")
    if not isinstance(zone, Scalar):
        return ""
    return zone.text if read_zone(zone, reading.problems) else ""


def catch_up_of(node: Mapping) -> CatchUp:
    """What the trigger says about missed times; its shape has been looked at."""
    written = node.get("catch_up")
    return CatchUp(written.text) if isinstance(written, Scalar) else CatchUp.ONCE


def overlap_of(node: Mapping) -> Overlap:
    """What the trigger says about a time at which the run before it still goes on."""
    written = node.get("overlap")
    return Overlap(written.text) if isinstance(written, Scalar) else Overlap.SKIP


_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPACED = ("minutes", "hours")
EVERY = ("day", "working day", *_DAYS, "month", "quarter", "festival")
"""What `every` may say, beside a length."""


def _meant(kind: str, written: str) -> str:
    """What a misspelt word of a schedule was probably meant to be."""
    if kind == "day_of_month":
        return nearest(written, ["last"])
    if kind != "every":
        return ""
    lengths = [one for one in lengths_like(written) if one.endswith(_SPACED)]
    return "" if written in lengths else nearest(written, lengths or EVERY)


def note_cron_problem(problem: CronProblem, at: Span, reading: Reading) -> None:
    """A schedule that cannot be kept; `kind` says why."""
    facts = {"value": "", "part": "", "known": "", **dict(problem.facts)}
    facts["part"] = facts.pop("field", facts["part"])
    facts["value"] = facts["value"] or facts.get("what", "")
    facts["known"] = facts.get("allowed", "").replace(", ", "、")
    facts["nearest"] = _meant(problem.kind, facts["value"])
    kind = facts.pop("why", "") or facts.pop("hint", "") or facts.pop("remedy", "") or problem.kind
    if problem.kind in {"time", "every", "day_of_month"} and not facts["value"]:
        kind = "empty"
    if kind == "every" and facts["known"][:1].isdigit():
        kind = "length"
    word = facts.get("every", "")
    reading.problems.error(at, _CODES.get(problem.kind, "W255"), **{**facts, "kind": kind, "word": word})
