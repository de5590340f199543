"""Days and instants, written shortly."""

from __future__ import annotations

from datetime import UTC, date, datetime

day = date.fromisoformat


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
