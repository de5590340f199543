"""What pages say, in each language; told as the engine tells its own texts."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from flask import g

from engine import Texts

_CHANNELS = frozenset({"email", "sms", "wecom", "task", "inbox"})
_FOLDER = Path(__file__).parent / "texts"


@lru_cache(maxsize=2)
def words_in(language: str) -> Texts:
    """The texts of `zh` or `en`."""
    return Texts.of(language).with_folder(_FOLDER)


def as_head(told: str) -> str:
    """A word of the tables of commands as the head of a column on a page."""
    return told[:1].upper() + told[1:]


def channel_told(channel: str, language: str = "") -> str:
    """A channel as people call it; one that the workspace has named itself keeps its name."""
    say = words_in(language or g.language).say
    return say(f"template.to_{channel}") if channel in _CHANNELS else channel
