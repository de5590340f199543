"""`kind: file`: every message becomes a line of JSON in a file, to look at or to hand on."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar

from engine.channels.parcel import Outcome, Parcel, Sent
from engine.model.diagnostics import ChannelError


@dataclass(frozen=True)
class File:
    """Appends to `path`."""

    name: ClassVar[str] = "file"
    is_ours: ClassVar[bool] = False
    leaves: ClassVar[bool] = False

    path: Path

    def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        """Write the parcels; they are on the disk when this returns. Raises ChannelError."""
        lines = [json.dumps(parcel.as_json(), ensure_ascii=False) for parcel in parcels]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab+") as out:
                text = _break_if_torn(out) + "\n".join(lines) + "\n"
                out.write(text.encode("utf-8"))
                out.flush()
                os.fsync(out.fileno())
        except OSError as failure:
            raise ChannelError("W702", path=self.path.name, reason=failure.strerror or "") from failure
        return [Sent() for _ in parcels]

    def known(self, keys: Collection[str]) -> frozenset[str] | None:
        """The file itself tells what was written before a process died."""
        wanted = frozenset(keys)
        try:
            return frozenset(key for key in self._keys() if key in wanted)
        except FileNotFoundError:
            return frozenset()
        except OSError as failure:
            raise ChannelError("W702", path=self.path.name, reason=failure.strerror or "") from failure

    def close(self) -> None:
        """Nothing is open."""

    def _keys(self) -> Iterator[str]:
        with self.path.open("rb") as lines:
            for line in lines:
                try:
                    yield str(json.loads(line)["key"])
                except (ValueError, KeyError, TypeError):
                    continue  # a line torn by a crash, or one that somebody else wrote


def _break_if_torn(out: IO[bytes]) -> str:
    """A line break where the last line was torn: what comes must not be glued to it."""
    if out.seek(0, os.SEEK_END) == 0:
        return ""
    out.seek(-1, os.SEEK_END)
    return "" if out.read(1) == b"\n" else "\n"
