"""What a channel is given: one message to one address, with a key that names it for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message ready to go; `key` is the same at every attempt."""

    key: str
    run: int
    at: str
    channel: str
    to: str
    subject: str
    body: str
    record: str = ""
    template: str = ""
    urgent: bool = False

    def as_json(self) -> dict[str, Any]:
        """For machines; empty parts are left out."""
        parts = {
            "key": self.key,
            "at": self.at,
            "channel": self.channel,
            "to": self.to,
            "subject": self.subject,
            "body": self.body,
            "record": self.record,
            "template": self.template,
        }
        return {name: value for name, value in parts.items() if value}


class Channel(Protocol):
    """A way out of the house; one that is `is_ours` ends in the same database, and with its transaction."""

    is_ours: ClassVar[bool]

    def send(self, parcels: Sequence[Parcel]) -> None:
        """Hand them over; raises ChannelError when none of them could be."""
