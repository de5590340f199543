"""What was measured, kept as JSON a size (benchmarks/results), and the goals it is held against."""

from __future__ import annotations

import json
import platform
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from benchmarks.stores import POSTGRES, SQLITE

RESULTS = Path(__file__).parent / "results"
FULL_SIZE = 1_000_000
JUDGED_FROM = 100_000
"""The goals are set for a hundred thousand customers and for a million."""


@dataclass(frozen=True)
class Goal:
    """At most so many times what `against` takes, by database; for a million customers where it differs."""

    name: str
    against: str
    limits: Mapping[str, float]
    at_a_million: Mapping[str, float] = field(default_factory=dict)

    def limit(self, kind: str, size: int) -> float | None:
        """None where no goal is set."""
        if size < JUDGED_FROM:
            return None
        large = self.at_a_million if size >= FULL_SIZE else {}
        return large.get(kind, self.limits.get(kind))


GOALS = {
    goal.name: goal
    for goal in (
        Goal("night", "hand", {SQLITE: 1.15, POSTGRES: 1.15}, {SQLITE: 1.0}),
        Goal("night, other templates", "hand", {SQLITE: 2, POSTGRES: 2}),
        Goal("night again", "hand again", {SQLITE: 1.1, POSTGRES: 1.3}),
        Goal("night steady", "hand steady", {SQLITE: 1.1, POSTGRES: 1.3}),
        Goal("night again, by a worker", "hand again, by a worker", {SQLITE: 1.1, POSTGRES: 1.3}),
        Goal("night steady, by a worker", "hand steady, by a worker", {SQLITE: 1.1, POSTGRES: 1.3}),
        Goal("plan", "night", {SQLITE: 0.8, POSTGRES: 0.8}),
        Goal("counts", "night", {}),
        Goal("who", "select", {SQLITE: 1.1, POSTGRES: 1.1}),
        Goal("funnel", "select", {SQLITE: 4, POSTGRES: 4}),
        Goal("night, recording", "night", {}),
        Goal("plan night", "night", {}),
    )
}
PEAK_MB, MORE_MB_AT_A_MILLION, MORE_PER_CUSTOMER = 100, 20, 1.2
"""The most memory on SQLite; how much more than a hundredth of it takes; how much dearer each customer."""


@dataclass
class Runs:
    """The runs of every mode on one database, in the order they were made."""

    kind: str
    version: str
    runs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def note(self, name: str, figure: dict[str, Any]) -> None:
        """One run of a mode."""
        self.runs.setdefault(name, []).append(figure)

    def median(self, name: str, what: str) -> float:
        """The middle of all runs of a mode."""
        return float(statistics.median(run[what] for run in self.runs[name]))

    def ratio(self, name: str, against: str) -> float:
        """The median of the ratios within each round: what ran side by side is compared."""
        pairs = zip(self.runs[name], self.runs[against], strict=True)
        return float(statistics.median(one["cpu"] / other["cpu"] for one, other in pairs))


@dataclass
class Figures:
    """One size on every database that there was."""

    size: int
    python: str = field(default_factory=platform.python_version)
    stores: list[Runs] = field(default_factory=list)
    peers: Runs | None = None
    words: dict[str, dict[str, Any]] = field(default_factory=dict)
    statements: dict[str, Sequence[int | None]] = field(default_factory=dict)

    def of(self, kind: str) -> Runs | None:
        """What was measured on a database."""
        return next((one for one in self.stores if one.kind == kind), None)

    def keep(self, folder: Path = RESULTS) -> None:
        """Write it down, in place of what was found for this size before."""
        folder.mkdir(exist_ok=True)
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / f"{self.size}.json").write_text(f"{text}\n", encoding="utf-8")

    def with_what_was_kept(self, folder: Path = RESULTS) -> Self:
        """With the parts that were not measured as they were kept for this size."""
        path = folder / f"{self.size}.json"
        if path.exists():
            older = self.read(path)
            self.stores, self.statements = self.stores or older.stores, self.statements or older.statements
            self.peers, self.words = self.peers or older.peers, self.words or older.words
        return self

    @classmethod
    def read(cls, path: Path) -> Self:
        """As it was kept."""
        kept = json.loads(path.read_text(encoding="utf-8"))
        peers = kept.get("peers")
        stores = [Runs(**one) for one in kept["stores"]]
        return cls(**kept | {"stores": stores, "peers": None if peers is None else Runs(**peers)})


def kept_figures(folder: Path = RESULTS) -> list[Figures]:
    """All sizes that were kept, the smallest first."""
    found = (Figures.read(path) for path in folder.glob("*.json") if path.stem.isdigit())
    return sorted(found, key=lambda one: one.size)


@dataclass(frozen=True)
class Judged:
    """A figure beside what it should be at most."""

    what: str
    found: float
    limit: float

    @property
    def is_met(self) -> bool:
        """Whether it is at most that, as shown."""
        return round(self.found, 2) <= self.limit


def judged_growth(all_sizes: Sequence[Figures]) -> Iterator[Judged]:
    """How memory and a customer's share of the night grow, from a hundred thousand to a million."""
    by_size = {one.size: one for one in all_sizes}
    for kind in (SQLITE, POSTGRES):
        small, large = (
            by_size[size].of(kind) if size in by_size else None for size in (JUDGED_FROM, FULL_SIZE)
        )
        if large is not None and kind == SQLITE:
            yield Judged("peak MB on SQLite at 1,000,000", large.median("night", "peak_mb"), PEAK_MB)
        if small is None or large is None:
            continue
        if kind == SQLITE:
            more = large.median("night", "peak_mb") - small.median("night", "peak_mb")
            yield Judged("MB more on SQLite at 1,000,000 than at 100,000", more, MORE_MB_AT_A_MILLION)
        each = [
            runs.median("night", "cpu") / size for runs, size in ((small, JUDGED_FROM), (large, FULL_SIZE))
        ]
        yield Judged(
            f"a customer's share on {kind}, 1,000,000 to 100,000", each[1] / each[0], MORE_PER_CUSTOMER
        )
