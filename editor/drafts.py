"""Drafts: what somebody has written and not published yet, one a person and file, beside the workspace.

They are files in `.wakeline/drafts`, so that a workspace without a database has them too, and no restart
loses any.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from editor.files import digest_of
from engine import write_whole


@dataclass(frozen=True)
class Draft:
    """A text that is not published; `base` names the published text that it began with."""

    text: str
    base: str
    saved_at: datetime

    @property
    def name(self) -> str:
        """Names this state of it."""
        return digest_of(self.text)


@dataclass(frozen=True)
class Drafts:
    """The drafts of one person."""

    root: Path
    person: str

    def get(self, file: str) -> Draft | None:
        """The draft of a file, if there is one."""
        path = self._path(file)
        try:
            base, _, text = path.read_bytes().decode().partition("\n")
            return Draft(text, base, datetime.fromtimestamp(path.stat().st_mtime, UTC))
        except FileNotFoundError:
            return None

    def put(self, file: str, text: str, base: str) -> Draft:
        """Keep a draft; whoever is killed meanwhile leaves the one before."""
        path = self._path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, f"{base}\n{text}".encode())
        found = self.get(file)
        assert found is not None
        return found

    def drop(self, file: str) -> None:
        """There is nothing unpublished any more."""
        self._path(file).unlink(missing_ok=True)

    def _path(self, file: str) -> Path:
        folder = self.root / ".wakeline" / "drafts" / quote(self.person, safe="")
        return folder / digest_of(file)
