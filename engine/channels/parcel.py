"""What a channel is given: one message to one address, with a key that names it for ever; and its answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeAlias


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
    html: bool = False

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


@dataclass(frozen=True, slots=True)
class Sent:
    """Taken over by the receiver, under a number of its own where it gives one."""

    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The receiver will never take it: `code` is of our texts, `answer` what it said.

    `is_address`: whatever was sent there would be refused, because there is no such address.
    """

    code: str
    answer: str = ""
    is_address: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Not taken this time; `after` is how many seconds the receiver wants to be left alone."""

    code: str
    answer: str = ""
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class InDoubt:
    """Handed over, but nobody heard the answer: it may have been taken or not."""

    answer: str = ""


Outcome: TypeAlias = Sent | Refused | Later | InDoubt


class Channel(Protocol):
    """A way out.

    One that is `is_ours` ends in the same database, and with its transaction. One that `leaves` reaches
    people outside: it is given one parcel at a time, and what guards them (stop switch, quiet hours, contact
    budget, a database that was copied) stands before it.
    """

    is_ours: ClassVar[bool]
    leaves: ClassVar[bool]

    def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        """Hand them over; an answer for each. Raises ChannelError when it could be none of them, for sure."""

    def known(self, keys: Collection[str]) -> frozenset[str] | None:
        """Those of the keys that were taken over in the past; None where nobody can tell."""

    def close(self) -> None:
        """Let go of what is open; the next `send` opens it anew."""
