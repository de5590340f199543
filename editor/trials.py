"""Dry runs, and what publishing would change, each in a thread of its own: watched from pages, stopped from
there, kept for an hour.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event, Lock, Semaphore, Thread
from typing import Any

from editor.comparing import Comparison
from editor.keeping import Keeping, Upload
from engine import Desk, EngineError, Stopper, Sums, log_of

_KEPT_SECONDS = 3_600
DRY_RUN, EFFECT = "dry_run", "effect"
"""What somebody wants to know: all that a text would do, or what publishing it changes."""
_MOST_OF_ONE = {DRY_RUN: 5, EFFECT: 2}
"""So many of a kind are kept for a person: a new one takes the place of the oldest."""
_MOST = 30
"""So many are kept for everybody together."""
_AT_ONCE = 2
SAID_EVERY = 5.0
"""Seconds between two things that are said aloud of a dry run."""
_PATIENCE = 2.0
_LOOK = 0.1
"""Seconds between two looks whether who waits for room was stopped."""


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see: which text, which data, at which moment; one record beside the whole."""

    file: str
    text: str
    data: str
    at: datetime | None
    record: str
    language: str
    uploads: tuple[Upload, ...] = ()
    aim: str = DRY_RUN


@dataclass(frozen=True)
class Refused:
    """What became of an uploaded file: rows taken, rows refused with the first reasons, and where all are;
    the columns that were not read.
    """

    name: str
    module: str
    taken: int
    refused: int
    reasons: tuple[dict[str, Any], ...]
    path: Path | None
    notes: tuple[dict[str, str], ...] = ()
    """What else is to be said of it: columns that were passed over, and why."""
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class Foot:
    """What stands below the dialog from which something is published, as long as it is not known and then."""

    url: str
    name: str
    to_another: bool = False
    restores: str = ""
    theirs: bool = False
    number: int = 0
    """Of a proposal."""
    is_shown: bool = True
    """Whether who looks may decide."""

    @property
    def waits(self) -> bool:
        """Whether its button waits until the effect is known, and says so: who proposes need not."""
        return self.is_shown and not self.to_another


@dataclass
class Trial:
    """One dry run. The thread writes, pages read: what is there is whole, what is not there yet is None."""

    id: str
    person: str
    asked: Asked
    folder: Path
    state: str = "running"
    """running, done, stopped, failed"""
    phase: str = "waiting"
    done: int = 0
    total: int | None = None
    desk: Desk | None = None
    workflow: str = ""
    heads: dict[str, Any] = field(default_factory=dict)
    taken: tuple[Refused, ...] = ()
    at: datetime | None = None
    """The moment it is about, where that is not the real one."""
    others: str = ""
    """Where the modules come from that nobody has uploaded: store, samples, or empty for nowhere."""
    sums: Sums | None = None
    comparisons: dict[str, Comparison] | None = None
    effects: tuple[dict[str, Comparison], ...] = ()
    workflows: tuple[str, ...] = ()
    stands_on: str = ""
    foot: Foot | None = None
    problem: EngineError | None = None
    number: str = ""
    stopper: Stopper = field(default_factory=Stopper)
    finished: Event = field(default_factory=Event)
    begun: float = field(default_factory=time.monotonic)
    said: float = 0.0

    @property
    def is_shown(self) -> bool:
        """Whether there is a result to look at, though sums may still be missing."""
        return bool(self.heads)

    @property
    def is_at_samples(self) -> bool:
        """Whether it is about the moment of the sample data, because nobody has said another one."""
        return self.at is not None and self.asked.at is None

    @property
    def is_effect(self) -> bool:
        """Whether it is about publishing."""
        return self.asked.aim == EFFECT

    @property
    def is_known(self) -> bool:
        """Whether all has been worked out: what could not be compared is not known to be harmless."""
        return self.state == "done" and not any(one.problem for told in self.effects for one in told.values())

    @property
    def is_running(self) -> bool:
        """Whether its thread is at work."""
        return not self.finished.is_set()

    @property
    def is_old(self) -> bool:
        """Whether it is to be forgotten."""
        return time.monotonic() - self.begun > _KEPT_SECONDS

    def may_say(self) -> bool:
        """Whether it is time to say something aloud again."""
        now = time.monotonic()
        if now - self.said < SAID_EVERY:
            return False
        self.said = now
        return True

    def stop(self) -> None:
        """Stop it, and wait a moment until it has."""
        until = time.monotonic() + _PATIENCE
        while self.is_running and time.monotonic() < until:
            self.stopper.stop()
            self.finished.wait(0.05)


class Trials:
    """The dry runs of one server."""

    def __init__(self, root: Path, work: Callable[[Trial], None]) -> None:
        self.keeping = Keeping(root)
        self._work = work
        self._trials: dict[str, Trial] = {}
        self._lock = Lock()
        self._room = Semaphore(_AT_ONCE)

    def new_id(self) -> str:
        """The name of the next one: nobody can guess it."""
        return secrets.token_urlsafe(9)

    def start(self, trial: Trial) -> None:
        """Begin; what is old makes room."""
        with self._lock:
            gone = list(self._too_many(trial.person, trial.asked.aim))
            for one in gone:
                del self._trials[one.id]
            self._trials[trial.id] = trial
        for one in gone:
            one.stopper.stop()
            if not one.is_effect:  # what was asked of an effect stays: its dialog may be open still
                self.keeping.drop(one.folder)
        Thread(target=self._run, args=(trial,), daemon=True).start()

    def get(self, name: str, person: str) -> Trial | None:
        """One of a person's own; nobody sees those of others."""
        with self._lock:
            found = self._trials.get(name)
        if found is None or found.person != person or found.is_old:
            return None
        return found

    def _too_many(self, person: str, aim: str) -> Iterator[Trial]:
        kept = [one for one in self._trials.values() if not one.is_old]
        mine = [one for one in kept if one.person == person and one.asked.aim == aim]
        gone = {one.id for one in (*mine[: -_MOST_OF_ONE[aim] + 1], *kept[: -_MOST + 1])}
        yield from (one for one in self._trials.values() if one.is_old or one.id in gone)

    def _run(self, trial: Trial) -> None:
        while not self._room.acquire(timeout=_LOOK):
            if trial.stopper.is_stopped:  # it has not begun yet
                trial.state = "stopped"
                trial.finished.set()
                return
        try:
            with trial.stopper.reach():
                if not trial.stopper.is_stopped:
                    self._work(trial)
            trial.state = "stopped" if trial.stopper.is_stopped else "done"
        except Exception as failure:  # noqa: BLE001 - a thread has nobody above it: the page tells
            self._note(trial, failure)
        finally:
            self._room.release()
            trial.finished.set()

    def _note(self, trial: Trial, failure: Exception) -> None:
        if trial.stopper.is_stopped:
            trial.state = "stopped"
            return
        trial.state = "failed"
        if isinstance(failure, EngineError):
            trial.problem = failure
            return
        trial.number = secrets.token_hex(4)
        log_of().error("page_broke", kind=type(failure).__name__, code=trial.number, exc_info=failure)
