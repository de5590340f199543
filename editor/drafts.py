"""Drafts: what somebody has written and not published yet, one a person and file, beside the workspace.

They are files in `.wakeline/drafts`, so that a workspace without a database has them too, and no restart
loses any. A file that is not there yet begins as a draft alone: nothing runs of it before it is published.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote

from editor.files import digest_of, write_lying


@dataclass(frozen=True)
class Draft:
    """A text that is not published. `base` names the published text that it began with.

    `began` is that text itself; None where nobody has it any more.
    """

    file: str
    text: str
    base: str
    began: str | None
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
        return _read(self._path(file))

    def put(self, file: str, text: str, base: str, began: str | None) -> Draft:
        """Keep a draft; whoever is killed meanwhile leaves the one before. Raises CannotWrite."""
        kept = {"file": file, "base": base, "began": began, "text": text}
        write_lying(self.root, self._path(file), json.dumps(kept, ensure_ascii=False).encode())
        found = self.get(file)
        assert found is not None
        return found

    def drop(self, file: str) -> None:
        """There is nothing unpublished any more."""
        self._path(file).unlink(missing_ok=True)

    def all(self) -> dict[str, Draft]:
        """Every draft, by its file."""
        found = (_read(path) for path in sorted(self._folder.glob("*.json")))
        return {one.file: one for one in found if one is not None}

    def others(self) -> Iterator[Drafts]:
        """The drafts of everybody else who has some."""
        folders = self._folder.parent.glob("*/") if self._folder.parent.is_dir() else ()
        names = (unquote(one.name) for one in sorted(folders))
        return (Drafts(self.root, one) for one in names if one != self.person)

    @property
    def _folder(self) -> Path:
        return self.root / ".wakeline" / "drafts" / quote(self.person, safe="").replace(".", "%2E")

    def _path(self, file: str) -> Path:
        return self._folder / f"{digest_of(file)}.json"


def _read(path: Path) -> Draft | None:
    """What a file keeps; None where there is none, or none that says a draft."""
    try:
        kept = json.loads(path.read_bytes())
        saved_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (FileNotFoundError, ValueError):
        return None
    try:
        return Draft(kept["file"], kept["text"], kept["base"], kept["began"], saved_at)
    except (KeyError, TypeError):  # of something else
        return None
