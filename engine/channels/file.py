"""`kind: file`: every message becomes a line of JSON in a file, to look at or to hand on."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from engine.channels.parcel import Parcel
from engine.model.diagnostics import ChannelError


@dataclass(frozen=True)
class File:
    """Appends to `path`."""

    name: ClassVar[str] = "file"
    is_ours: ClassVar[bool] = False

    path: Path

    def send(self, parcels: Sequence[Parcel]) -> None:
        """Write the parcels; they are on the disk when this returns. Raises ChannelError."""
        lines = [json.dumps(parcel.as_json(), ensure_ascii=False) for parcel in parcels]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8", newline="\n") as out:
                out.write("\n".join(lines) + "\n")
                out.flush()
                os.fsync(out.fileno())
        except OSError as failure:
            raise ChannelError("W702", path=self.path.name, reason=failure.strerror or "") from failure
