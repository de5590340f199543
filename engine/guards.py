"""Guards: what a run would do is counted and held against limits before its first effect (DESIGN 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from engine.model.effects import Draft, EffectKind
from engine.model.workflow import GuardLimits
from engine.texts import Texts

KINDS = {EffectKind.MESSAGE: "messages", EffectKind.UPDATE: "updates", EffectKind.CREATE: "creates"}
SMALL = 50
"""A share of a small module, or three times a small median, is no flood: below this neither holds a run."""
LOOK_BACK_RUNS = 7
TIMES_MEDIAN = 3


@dataclass(frozen=True, slots=True)
class Held:
    """The guard that holds a run: which one, the number counted, the limit it is above.

    `was` of the guard `renamed`: the id by which the same file has run before. `drift` of the guard
    `drifted`, which holds what is no longer what was approved: the keys of some records that differ.
    """

    guard: str
    count: int
    limit: int
    was: str = ""
    drift: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, held: Mapping[str, Any]) -> Held:
        """As the ledger keeps it."""
        was, drift = held.get("was", ""), held.get("drift", {})
        return cls(held["guard"], held["count"], held["limit"], was, drift)

    def as_json(self) -> dict[str, object]:
        """For the ledger and for machines."""
        kept: dict[str, object] = {"guard": self.guard, "count": self.count, "limit": self.limit}
        beside = {"was": self.was, "drift": self.drift}
        return kept | {name: value for name, value in beside.items() if value}

    def told(self, texts: Texts) -> str:
        """Why it is held, to follow a colon."""
        return texts.say(f"guard.{self.guard}", count=self.count, limit=self.limit, was=self.was)

    def remedy(self, texts: Texts) -> str:
        """What to do, or to write where, so that the guard does not hold it again."""
        key = "put_back" if self.was else "look_again" if self.drift else "remedy"
        return texts.say(f"guard.{key}", was=self.was)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a run would do: starts, effects by kind, and what it is measured against.

    `was` is the id by which the same file has run before.
    """

    starts: int
    effects: Mapping[EffectKind, int]
    module_size: int
    earlier_starts: Sequence[int] = ()
    messages_today: int = 0
    was: str = ""


def held_by(
    counted: Counted, limits: Mapping[str, tuple[int, float]], guard: GuardLimits | None
) -> Held | None:
    """The first guard that the counts are above, or None; `guard` of the file raises the limits."""
    if counted.was and counted.starts:
        return Held("renamed", counted.starts, 0, counted.was)
    for kind, name in KINDS.items():
        found = _above(name, counted.effects.get(kind, 0), _raised(limits[name], guard), counted.module_size)
        if found is not None:
            return found
    a_day = limits["messages_per_day"][0]
    today = counted.messages_today + counted.effects.get(EffectKind.MESSAGE, 0)
    if counted.effects.get(EffectKind.MESSAGE, 0) and today > a_day:
        return Held("messages_per_day", today, a_day)
    return _unusual(counted, guard)


def _raised(limits: tuple[int, float], guard: GuardLimits | None) -> tuple[int, float]:
    if guard is None:
        return limits
    return max(limits[0], guard.at_most), max(limits[1], guard.share)


def _above(name: str, count: int, limits: tuple[int, float], size: int) -> Held | None:
    at_most, share = limits
    if count > at_most:
        return Held(name, count, at_most)
    part = int(round(size * share, 6))  # exactly 29 % of 200 are 58, not 57.99…
    if count > part and count > SMALL:
        return Held(f"{name}_share", count, part)
    return None


def _unusual(counted: Counted, guard: GuardLimits | None) -> Held | None:
    """Three times what the workflow usually starts, unless its file allows as many."""
    if not counted.earlier_starts or counted.starts <= SMALL:
        return None
    usual = int(TIMES_MEDIAN * median(counted.earlier_starts))
    limit = usual if guard is None else max(usual, guard.at_most)
    return Held("unusual", counted.starts, limit) if counted.starts > limit else None


def count_by_kind(draft: Draft, counts: Sequence[int]) -> dict[EffectKind, int]:
    """Counts of batches, added up by kind."""
    found: dict[EffectKind, int] = {}
    for batch, count in zip(draft.batches, counts, strict=True):
        found[batch.kind] = found.get(batch.kind, 0) + count
    return found
