"""Channels that only play: they take every letter and keep nothing but which ones they were."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from engine.channels.inbox import Inbox
from engine.channels.parcel import Channel, Outcome, Parcel, Sent
from engine.pipeline import channels_of
from engine.posting.outlets import Outlets
from engine.records.session import Session
from engine.workspace import Workspace


@dataclass(frozen=True)
class Pretence:
    """A channel that takes every letter as if it had left: so the same is asked before as where it does."""

    is_ours: ClassVar[bool] = True
    leaves: ClassVar[bool] = True

    taken: list[str]

    def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        """Take all of them."""
        self.taken.extend(one.key for one in parcels)
        return [Sent() for _ in parcels]

    def known(self, keys: Collection[str]) -> frozenset[str] | None:  # noqa: ARG002 - the protocol's
        """Never asked: what is ours is never in doubt."""
        return None

    def close(self) -> None:
        """Nothing is open."""


class PretendedPage(Pretence):
    """The page for notices, which are nobody's to guard."""

    leaves: ClassVar[bool] = False


def pretended(workspace: Workspace, session: Session) -> tuple[Outlets, list[str]]:
    """The ways out of a workspace, none of which leads anywhere, and the keys of what they have taken.

    Whatever is no page of ours counts as leaving: also where a company still writes its letters to a file,
    what a customer would get is what matters.
    """
    taken: list[str] = []
    real = channels_of(workspace, session, {})
    played: dict[str, Channel] = {name: Pretence(taken) for name in workspace.settings.channels}
    played |= {name: PretendedPage(taken) for name, one in real.channels.items() if isinstance(one, Inbox)}
    return replace(real, channels=played, instance=None), taken


def taken_from(taken: list[str]) -> list[tuple[int, str]]:
    """Enrollment and path of the letters that were taken since it was asked last."""
    found = [one.partition("/") for one in taken]
    taken.clear()
    return [(int(enrollment), path) for enrollment, _, path in found]
