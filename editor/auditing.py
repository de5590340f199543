"""What people did, written down where nobody can change it."""

from __future__ import annotations

from editor.visitors import visitor
from engine import log_of


def note(deed: str, subject: str = "", **details: object) -> None:
    """Write down what whoever asks has just done: `published`, `approved` …, to which file, run, account."""
    who = visitor()
    log_of().info("audit", kind=deed, name=subject, by=who.name if who else "", **details)
