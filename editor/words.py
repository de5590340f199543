"""What pages say, in each language; told as the engine tells its own texts."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from engine import Texts

_FOLDER = Path(__file__).parent / "texts"


@lru_cache(maxsize=2)
def words_in(language: str) -> Texts:
    """The texts of `zh` or `en`."""
    return Texts.of(language).with_folder(_FOLDER)
