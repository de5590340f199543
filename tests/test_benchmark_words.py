"""The dear words by hand select what the engine selects, or what they cost could not be compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import words
from benchmarks.stores import fill
from benchmarks.word_shapes import Shape
from tests.stores import SQLITE, STORES

pytestmark = pytest.mark.usefixtures("each_store")
SIZE = 3_000


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A store of customers that a second connection sees."""
    url = f"sqlite:///{tmp_path / 'wakeline.db'}" if STORES.kind == SQLITE else STORES.url()
    fill(url, SIZE)
    return url


def test_engine_and_hand_select_the_same_records(url: str) -> None:
    found = words.words_of(url, rounds=1)["words"]

    assert found.keys() == words.CONDITIONS.keys()
    assert all(0 < figure["matched"] < SIZE for figure in found.values()), found
    assert len(words.words_table({"a database": found}, judged=True)) == 2 + len(found)


def test_another_choice_by_hand_is_not_compared(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = dict.fromkeys(words.CONDITIONS, Shape("customers AS base", "1 = 1"))
    monkeypatch.setattr(words, "best_shapes", lambda _: everybody)

    with pytest.raises(words.NotTheSame, match="series"):
        words.words_of(url, rounds=1)
