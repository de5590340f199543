"""The ways out of a workspace, with all that guards them: what delivering needs besides the outbox."""

from __future__ import annotations

import os
import platform
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from engine.channels.parcel import Channel
from engine.ledger.post import Letter
from engine.model.effects import EffectKind
from engine.posting.handed import Handed
from engine.posting.instance import Instance
from engine.posting.rules import Rules

LEASE = timedelta(minutes=5)
"""A claim as old as this is nobody's any more."""


def _process() -> str:
    return f"{platform.node()}/{os.getpid()}"


def _machine_now() -> datetime:
    return datetime.now(UTC)


def _nobody_is_known_to_be_dead(_: str) -> bool:
    return False


def _stays() -> bool:
    return False


@dataclass(frozen=True)
class Outlets:
    """Channels by name, and what is asked before something leaves by one of them.

    `worker` names who sends: no two that live at the same time may have the same. `on_doubt` says for a
    channel what its owner wants done with a letter in doubt: `hold` or `resend`. Without `rules` or an
    `instance` nothing is asked of them. Claims go by the clock of the `machine`; `is_dead` knows workers that
    will not come back. `leaves` says that this worker is asked to leave. `dice` spreads tries. `handed` is
    what the worker remembers from one connection to the next.
    """

    channels: Mapping[str, Channel]
    rules: Rules | None = None
    instance: Instance | None = None
    on_doubt: Mapping[str, str] = field(default_factory=dict)
    worker: str = field(default_factory=_process)
    lease: timedelta = LEASE
    is_dead: Callable[[str], bool] = _nobody_is_known_to_be_dead
    leaves: Callable[[], bool] = _stays
    machine: Callable[[], datetime] = _machine_now
    dice: Callable[[], float] = random.random
    handed: Handed = field(default_factory=Handed)

    def resends(self, letter: Letter) -> bool:
        """Whether a letter in doubt goes once more: a notice rather than a message, if nobody says so."""
        wanted = self.on_doubt.get(letter.channel)
        return letter.kind == EffectKind.NOTICE if wanted is None else wanted == "resend"
