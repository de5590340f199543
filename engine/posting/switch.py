"""What stops all that leaves, asked before each letter: a person, or a clock that nobody has confirmed."""

from __future__ import annotations

import json
from datetime import datetime

from engine.ledger.post import Post
from engine.model.diagnostics import ChannelError
from engine.model.values import stored_instant

CLOCK_JUMP = "clock_jumped"
"""The fact that stops everything scheduled until a person has confirmed the time."""
_NAME = "sending_stopped"


def stop_sending(post: Post, by: str, because: str, now: datetime) -> None:
    """From the next letter on nothing leaves the house."""
    post.facts.put(_NAME, json.dumps({"by": by, "at": stored_instant(now), "because": because}))


def resume_sending(post: Post) -> bool:
    """What waits may leave again; False where nothing was stopped."""
    was_stopped = post.facts.get(_NAME) is not None
    post.facts.forget(_NAME)
    return was_stopped


def stopped_by(post: Post) -> ChannelError | None:
    """Who has stopped sending, when and why, or that the time is not sure; None where letters may leave.

    By a wrong clock letters would leave in somebody's night, or long after they were worth sending.
    """
    kept = post.facts.get(_NAME)
    if kept is None:
        return None if post.facts.get(CLOCK_JUMP) is None else ChannelError("W650")
    found = json.loads(kept)
    return ChannelError("W722", name=found["by"], at=found["at"], reason=found["because"])
