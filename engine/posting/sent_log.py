"""`.wakeline/sent.log`: what has left this place, one line a letter, on the disk before the database says so.

The database may be set back to an older state; this file is not, so it tells what the database has forgotten.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile

from engine.ledger.post import Letter
from engine.model.diagnostics import ChannelError
from engine.model.values import stored_instant

_ROOM = 65_536
"""So many bytes have to be free: more than the letters of one call take."""


@dataclass(frozen=True, slots=True)
class Line:
    """A letter that left: `mark` tells its content, `offset` where its line begins."""

    key: str
    mark: str
    at: datetime
    offset: int


@dataclass(frozen=True)
class SentLog:
    """The file."""

    path: Path

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def prepare(self) -> None:
        """Make sure that lines can be written, before anything leaves. Raises ChannelError.

        A file opens on a full disk, too; so a page is written beside it, which is gone at once. Not into it:
        others may be writing there.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab"):
                pass
            with TemporaryFile(dir=self.path.parent) as page:
                page.write(bytes(_ROOM))
                page.flush()
                os.fsync(page.fileno())
        except OSError as failure:
            raise ChannelError("W702", path=self.path.name, reason=failure.strerror or "") from failure

    def note(self, letters: Sequence[Letter], now: datetime) -> int:
        """Letters that were taken over just now; where the file ends then. Raises ChannelError."""
        lines = [
            json.dumps({"key": one.key, "mark": mark_of(one), "at": stored_instant(now)}) + "\n"
            for one in letters
        ]
        try:
            with self.path.open("ab+") as out:
                torn = (
                    out.seek(0, os.SEEK_END) > 0 and out.seek(-1, os.SEEK_END) >= 0 and out.read(1) != b"\n"
                )
                out.write((("\n" if torn else "") + "".join(lines)).encode("ascii"))
                out.flush()
                os.fsync(out.fileno())
                return out.tell()
        except OSError as failure:
            raise ChannelError("W702", path=self.path.name, reason=failure.strerror or "") from failure

    def lines(self, start: int = 0) -> Iterator[Line]:
        """The lines from an offset on; one that a crash has torn is left out. Raises ChannelError."""
        try:
            with self.path.open("rb") as file:
                offset = file.seek(start)
                for raw in file:
                    line = _read(raw, offset)
                    offset += len(raw)
                    if line is not None:
                        yield line
        except FileNotFoundError:
            return
        except OSError as failure:
            raise ChannelError("W702", path=self.path.name, reason=failure.strerror or "") from failure


def mark_of(letter: Letter) -> str:
    """What a letter says to whom, as a short sum: the same after the same run was made again."""
    parts = (letter.channel, letter.recipient, letter.record, letter.template or "", letter.subject or "")
    return sha256("\x1f".join((*parts, letter.body)).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _read(raw: bytes, offset: int) -> Line | None:
    try:
        found = json.loads(raw)
        at = datetime.fromisoformat(found["at"])
        return Line(str(found["key"]), str(found["mark"]), at, offset) if raw.endswith(b"\n") else None
    except (ValueError, KeyError, TypeError):
        return None
