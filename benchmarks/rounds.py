"""One round: every mode once on copies of the same store, what is compared one after the other."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.days import change, settle
from benchmarks.night import OTHER_TEMPLATES, RECORDING, STEADY, write_workspace
from benchmarks.outcome import Outcome, demand_equal
from benchmarks.stores import Copies

CHECKOUT = Path(__file__).parent.parent
Figure: TypeAlias = dict[str, Any]
Measure: TypeAlias = Callable[[str, Mapping[str, str]], Figure]
"""Mode, what it works on -> its figures."""
Note: TypeAlias = Callable[[str, Figure], None]


def in_fresh_process(mode: str, given: Mapping[str, str], module: str = "benchmarks.modes") -> Figure:
    """Nothing of an earlier mode is in memory."""
    command = [sys.executable, "-m", module, mode, json.dumps(given)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{mode} failed:\n{done.stdout}{done.stderr}")
    found: Figure = json.loads(done.stdout)
    return found


@dataclass
class Round:
    """Measures on copies of one store; `note` is told of each figure by the name it has in the report."""

    copies: Copies
    note: Note
    measure: Measure = in_fresh_process
    hand_first: bool = True
    _folders: dict[str, Path] = field(default_factory=dict)

    def run(self) -> Outcome:
        """All modes; what the backlog night has left. Raises NotTheSame where two sides did not the same."""
        with self._workspaces(), self.copies.copy() as by_hand, self.copies.copy() as by_engine:
            self._time("read files", by_engine)
            self._pair(by_hand, by_engine, "")
            left = self._outcome(by_hand)
            demand_equal("the night by hand and by the engine", left, self._outcome(by_engine))
            self._other_ways(left)
            self._again(by_hand, by_engine, left)
            self._next_days(by_hand, by_engine)
        return left

    def _other_ways(self, left: Outcome) -> None:
        with self.copies.copy() as url:
            for mode in ("plan", "counts", "select", "who", "funnel"):
                self._time(mode, url)
            self._time("night", url, "night, other templates", of=OTHER_TEMPLATES)
            demand_equal("the night with other templates", left, self._outcome(url))
        with self.copies.copy() as url:
            self._time("plan night", url)
        with self.copies.copy() as url:
            self._time("night", url, "night, recording", of=RECORDING)
            demand_equal("the night that records its answers", left, self._outcome(url))

    def _again(self, by_hand: str, by_engine: str, left: Outcome) -> None:
        settle(by_hand, by_engine)
        self._pair(by_hand, by_engine, " again")
        self._pair(by_hand, by_engine, " again, by a worker", after="")
        done = self._outcome(by_engine)
        demand_equal("the night once and again", left | {"runs": []}, done | {"runs": []})
        demand_equal("the night again by hand and by the engine", self._outcome(by_hand), done)

    def _next_days(self, by_hand: str, by_engine: str) -> None:
        for url in (by_hand, by_engine):
            change(url, STEADY)
        settle(by_hand, by_engine)
        self._pair(by_hand, by_engine, " steady", at="steady")
        self._pair(by_hand, by_engine, " steady, by a worker", at="third", after="steady")
        demand_equal("the steady nights", self._outcome(by_hand), self._outcome(by_engine))

    def _pair(self, by_hand: str, by_engine: str, suffix: str, **moments: str) -> None:
        both = [("hand", by_hand), ("night", by_engine)]
        for mode, url in both if self.hand_first else reversed(both):
            self._time(mode, url, mode + suffix, **moments)

    def _time(self, mode: str, url: str, name: str = "", *, of: str = "", **moments: str) -> None:
        figure = self.measure(mode, {"url": url, "folder": str(self._folders[of]), **moments})
        self.note(name or mode, figure)

    def _outcome(self, url: str) -> Outcome:
        found: Outcome = self.measure("outcome", {"url": url, "folder": ""})["outcome"]
        return found

    @contextmanager
    def _workspaces(self) -> Iterator[None]:
        """The reference workspace and what differs from it."""
        with tempfile.TemporaryDirectory(prefix="wakeline-bench-") as scratch:
            for number, kind in enumerate(("", OTHER_TEMPLATES, RECORDING)):
                self._folders[kind] = Path(scratch) / f"workspace-{number}"
                write_workspace(self._folders[kind], kind)
            yield
