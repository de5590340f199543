"""The peers of the benchmark do the engine's work, or what they take could not be compared with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks import modes
from benchmarks.figures import Runs
from benchmarks.outcome import NotTheSame
from benchmarks.peers import lacks_peers
from benchmarks.peers import modes as peer_modes
from benchmarks.peers import rounds as peer_rounds
from benchmarks.peers.report import peers_section
from benchmarks.peers.rounds import PeersRound
from benchmarks.peers.selections import OWN, SELECTORS
from benchmarks.stores import SQLITE, SqliteCopies, fill


@pytest.fixture
def runs() -> Runs:
    return Runs(SQLITE, "3")


@pytest.fixture
def round_of_peers(tmp_path: Path, runs: Runs) -> PeersRound:
    """On a few customers, in this process."""
    fill(f"sqlite:///{tmp_path / 'wakeline.db'}", 150)
    copies = SqliteCopies(tmp_path / "wakeline.db")
    return PeersRound(copies, runs.note, modes.measure, peer_modes.measure)


def test_each_peer_leaves_the_same_rows_and_selects_the_same_records(
    round_of_peers: PeersRound, runs: Runs
) -> None:
    round_of_peers.run()

    assert runs.runs.keys() >= {"night", "hand", "dict loop", "orm", "selections", *OWN}
    assert all(count for count in runs.runs["selections"][0]["keys"]), "each workflow is for somebody"
    assert len(list(peers_section(150, runs))) >= len(runs.runs)


def test_engines_of_others_select_the_same_records(round_of_peers: PeersRound, runs: Runs) -> None:
    # Not asked for in CI: they are a hundred megabytes that nothing but the benchmark needs.
    if why := lacks_peers():
        pytest.skip(why)

    round_of_peers.run(with_orm=False)

    assert runs.runs.keys() >= SELECTORS.keys()


def test_without_the_engines_of_others_plain_python_is_measured(
    round_of_peers: PeersRound, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_rounds, "lacks_peers", lambda: "none is here")

    round_of_peers.run(with_orm=False)

    assert runs.runs.keys() & SELECTORS.keys() == set(OWN)


def test_a_peer_that_selects_others_is_not_compared(
    round_of_peers: PeersRound, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(mode: str, given: Mapping[str, str]) -> dict[str, Any]:
        told = peer_modes.measure(mode, given)
        return told | {"keys": [0]} if mode in OWN else told

    object.__setattr__(round_of_peers, "measure_peer", nobody)

    with pytest.raises(NotTheSame, match="functions"):
        round_of_peers.run(with_orm=False)
