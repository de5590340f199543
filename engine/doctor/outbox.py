"""The outbox: letters that should have left, that are in doubt, that were given up; is sending stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta

from engine.doctor.check import Check, Group, wall
from engine.doctor.seen import Seen
from engine.ledger.post import Post
from engine.ledger.pulse import by_state
from engine.model.diagnostics import EngineError
from engine.model.nights import LetterState
from engine.posting.instance import Instance

OUTBOX = Group("outbox", code="W827")
LATE = timedelta(hours=1)
"""Letters leave at the end of the run that wrote them, unless they have to wait for a moment."""
SENDING_STOPPED = "sending_stopped"
"""The fact by which a person keeps all letters in the house."""


def check_outbox(seen: Seen) -> Iterator[Check]:
    """Whether letters leave."""
    stopped = seen.pulse.facts.get(SENDING_STOPPED)
    yield OUTBOX.ok("sending") if stopped is None else _stopped(stopped)
    yield from _place(seen)
    late = seen.pulse.letters_late(seen.clock.now, seen.clock.now - LATE)
    if late and stopped is None:
        since = min(one.since for one in late if one.since is not None)
        facts = {"known": _each({one.channel: one.count for one in late}), "at": wall(since, seen.clock)}
        yield OUTBOX.problem("waiting", "late", **facts)
    else:
        yield OUTBOX.ok("waiting")
    letters = seen.pulse.letters_unsent()
    strange = by_state(letters, LetterState.WAITING)
    settings = seen.workspace.settings
    strange = {name: count for name, count in strange.items() if name not in settings.channels}
    strange.pop(settings.notices, None)
    if strange:
        yield OUTBOX.problem("channel", "no_channel", known=_each(strange))
    doubtful = by_state(letters, LetterState.IN_DOUBT)
    if doubtful:
        yield OUTBOX.note("doubt", "in_doubt", known=_each(doubtful), count=sum(doubtful.values()))
    failed = by_state(letters, LetterState.FAILED)
    if failed:
        yield OUTBOX.note("failed", "given_up", known=_each(failed), count=sum(failed.values()))
    suppressed = by_state(letters, LetterState.SUPPRESSED)
    if suppressed:
        yield OUTBOX.note("address", "bounced", known=_each(suppressed), count=sum(suppressed.values()))


def _place(seen: Seen) -> Iterator[Check]:
    """A copied database, or one that was set back, sends nothing until a person has confirmed it."""
    try:
        Instance(seen.workspace.root / ".wakeline").check(Post(seen.session.connection))
    except EngineError as failure:
        yield OUTBOX.broken("place", failure)


def _stopped(kept: str) -> Check:
    try:
        found = json.loads(kept)
    except ValueError:
        found = {}
    told = found if isinstance(found, dict) else {}
    return OUTBOX.note("sending", "stopped", by=told.get("by", ""), because=told.get("because", ""))


def _each(counted: Mapping[str, int]) -> str:
    return "、".join(f"{name} ({count})" for name, count in counted.items())
