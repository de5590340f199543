"""What is decided while nobody looks, and the states of runs, letters, questions and events."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """What started a run.

    A `look` asks all that waits for a workflow whether it goes on, once a day; `wait` is about those whose
    time is over, or whose question is answered, at any moment. An `undo` takes back what another run did.
    """

    CLOCK = "clock"
    HAND = "hand"
    EVENT = "event"
    WAIT = "wait"
    LOOK = "look"
    UNDO = "undo"


BY_PEOPLE = frozenset({Cause.HAND, Cause.UNDO})
"""Whoever gives these sees how they end; they wait for no turn, and a pause does not concern them."""


class CatchUp(StrEnum):
    """What becomes of the slots that a clock missed: the latest runs, none, or several."""

    ONCE = "once"
    SKIP = "skip"
    ALL = "all"


class Overlap(StrEnum):
    """What becomes of a slot whose workflow still runs: it is left out, or waits, one at most."""

    SKIP = "skip"
    QUEUE = "queue"


class RunState(StrEnum):
    """Where a run stands.

    `due` waits for a worker, `held` for a person; `missed` and `skipped` never ran, for a reason that their
    row tells; `stopped` had too many errors, `refused` was refused by a person.
    """

    DUE = "due"
    RUNNING = "running"
    HELD = "held"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    REFUSED = "refused"
    SKIPPED = "skipped"
    MISSED = "missed"


class Walking(StrEnum):
    """Where an enrollment stands: it waits, or it is over, and why."""

    WAITING = "waiting"
    DONE = "done"
    STOPPED = "stopped"
    GOAL = "goal"
    GONE = "gone"
    CANCELLED = "cancelled"


class LetterState(StrEnum):
    """Where a letter of the outbox stands.

    `in_doubt` was handed over, but nobody heard the answer; `suppressed` is to an address that was refused
    for good too often.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    IN_DOUBT = "in_doubt"
    FAILED = "failed"
    DROPPED = "dropped"
    SUPPRESSED = "suppressed"


class AskState(StrEnum):
    """Where a question to a colleague stands."""

    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class EventState(StrEnum):
    """What became of an event: `taken` by a run that goes on, then `started` or `not_started`."""

    WAITING = "waiting"
    TAKEN = "taken"
    STARTED = "started"
    NOT_STARTED = "not_started"
    REFUSED = "refused"
