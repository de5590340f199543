"""What somebody brings for dry runs: kept for a day, for them alone, never in the store."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from editor.files import digest_of, write_lying

LARGEST_UPLOAD = 20 * 1024 * 1024
"""So many bytes all files of one dry run may have together."""
MOST_FILES = 12
_KEPT = timedelta(days=1)
_ASKED = "asked.json"
_STRANGE = re.compile(r"[^\w.()（） -]")
_LONGEST = 60


@dataclass(frozen=True)
class Upload:
    """A file that somebody has brought: its own name, the module that it is for (empty: by its heading)."""

    name: str
    module: str
    path: Path


@dataclass(frozen=True)
class Keeping:
    """The folder of a workspace with the dry runs of everybody."""

    root: Path

    @property
    def folder(self) -> Path:
        """All of them."""
        return self.root / ".wakeline" / "uploads"

    def of(self, person: str, trial: str) -> Path:
        """The folder of one dry run; `trial` is made by us, or is none."""
        return self.folder / quote(person, safe="") / digest_of(trial)

    def put(self, folder: Path, files: Iterable[tuple[str, str, bytes]]) -> tuple[Upload, ...]:
        """Keep files: of each its name, its module and what is in it. No name leads out of its folder."""
        kept = []
        for number, (name, module, content) in enumerate(files):
            own = folder / str(number)
            own.mkdir(parents=True, exist_ok=True)
            path = own / _plain(name)
            path.write_bytes(content)
            kept.append(Upload(name, module, path))
        return tuple(kept)

    def note(self, folder: Path, asked: dict[str, Any]) -> None:
        """Keep what was asked, so that it can be asked again after a restart."""
        write_lying(self.root, folder / _ASKED, json.dumps(asked, ensure_ascii=False).encode())

    def noted(self, folder: Path) -> dict[str, Any] | None:
        """What was asked in a dry run of earlier; None where nothing of it is left."""
        try:
            found = json.loads((folder / _ASKED).read_bytes())
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def drop(self, folder: Path) -> None:
        """Forget one."""
        if folder.is_dir():
            shutil.rmtree(folder, ignore_errors=True)
        else:
            folder.unlink(missing_ok=True)

    def sweep(self, now: datetime) -> None:
        """Forget what is older than a day."""
        for folder in self.folder.glob("*/*") if self.folder.is_dir() else ():
            try:
                is_old = now.timestamp() - folder.stat().st_mtime > _KEPT.total_seconds()
            except OSError:  # somebody else has swept it
                continue
            if is_old:
                self.drop(folder)


def _plain(name: str) -> str:
    """A name as a file may have it: messages tell it to people."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return _STRANGE.sub("_", last)[-_LONGEST:].lstrip(".") or "file"
