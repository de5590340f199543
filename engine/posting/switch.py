"""The stop switch: one fact in the ledger, looked at before every letter."""

from __future__ import annotations

import json
from datetime import datetime

from engine.ledger.post import Post
from engine.model.diagnostics import ChannelError
from engine.model.values import stored_instant

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
    """Who has stopped sending, when and why; None where nobody has."""
    kept = post.facts.get(_NAME)
    if kept is None:
        return None
    found = json.loads(kept)
    return ChannelError("W722", name=found["by"], at=found["at"], reason=found["because"])
