"""The peers beside engine and hand on copies of the same SQLite store; what differs is not compared."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.night import write_workspace
from benchmarks.outcome import NotTheSame, demand_equal
from benchmarks.peers import lacks_peers
from benchmarks.peers.modes import BY_ENGINE
from benchmarks.peers.selections import OWN, SELECTORS
from benchmarks.rounds import Measure, Note, in_fresh_process
from benchmarks.stores import Copies

in_process_of_a_peer: Measure = partial(in_fresh_process, module="benchmarks.peers.modes")


@dataclass(frozen=True)
class PeersRound:
    """Whole nights and selections in turns; `note` is told of each figure by its name in the report."""

    copies: Copies
    note: Note
    measure: Measure = in_fresh_process
    measure_peer: Measure = in_process_of_a_peer

    def run(self, *, with_orm: bool = True) -> None:
        """Every peer once. Raises NotTheSame where one did not what the engine does."""
        with tempfile.TemporaryDirectory(prefix="wakeline-bench-") as scratch:
            folder = Path(scratch) / "workspace"
            write_workspace(folder)
            self._nights(str(folder), with_orm=with_orm)
            self._selections(str(folder))

    def _nights(self, folder: str, *, with_orm: bool) -> None:
        left = None
        for name in ("night", "hand", "dict loop", "orm")[: None if with_orm else -1]:
            with self.copies.copy() as url:
                given = {"url": url, "folder": folder}
                measure = self.measure if name in {"night", "hand"} else self.measure_peer
                self.note(name, measure(name, given))
                found = self.measure("outcome", given)["outcome"]
            left = left or found
            demand_equal(f"the night by the engine and by {name}", left, found)

    def _selections(self, folder: str) -> None:
        with self.copies.copy() as url:
            given = {"url": url, "folder": folder}
            by_engine = self.measure_peer(BY_ENGINE, given)
            self.note(BY_ENGINE, by_engine)
            for name in SELECTORS if not lacks_peers() else OWN:
                figure = self.measure_peer(name, given)
                if figure["keys"] != by_engine["keys"]:
                    raise NotTheSame(f"{name} selects {figure['keys']}, the engine {by_engine['keys']}")
                self.note(name, figure)
