"""What every trigger by the clock shares: its zone, its catch-up, how mistakes in its times are told."""

from __future__ import annotations

from types import MappingProxyType

from engine.cron import CronProblem
from engine.model.document import Mapping, Scalar, Span
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT, one_of_words
from engine.shapes.zones import read_zone

CLOCK = MappingProxyType({"timezone": TEXT, "catch_up": one_of_words("once", "skip", "all")})

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


def note_cron_problem(problem: CronProblem, at: Span, reading: Reading) -> None:
    """A schedule that cannot be kept; `kind` says why."""
    facts = {"value": "", "part": "", "known": "", **dict(problem.facts)}
    facts["part"] = facts.pop("field", facts["part"])
    facts["value"] = facts["value"] or facts.get("what", "")
    facts["known"] = facts.get("allowed", "").replace(", ", "、")
    kind = facts.pop("why", "") or facts.pop("hint", "") or facts.pop("remedy", "") or problem.kind
    if problem.kind in {"time", "every", "day_of_month"} and not facts["value"]:
        kind = "empty"
    if kind == "every" and facts["known"][:1].isdigit():
        kind = "length"
    word = facts.get("every", "")
    reading.problems.error(at, _CODES.get(problem.kind, "W255"), **{**facts, "kind": kind, "word": word})
