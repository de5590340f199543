"""What the pages of one workspace stand on: its files as they are now, its store, its clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import RLock

from editor.locks import locked
from engine import Desk, EngineError, Workspace

_REMEMBERED = 200
"""So many texts that pages have shown are known by their names: a draft keeps the one it began with."""


@dataclass
class Studio:
    """A workspace that people work on; files that change are read again, the others are not."""

    root: Path
    store: str = ""
    at: datetime | None = None
    _here: RLock = field(default_factory=RLock, init=False, repr=False)
    _is_writing: bool = field(default=False, init=False, repr=False)
    _shown: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    _known: Workspace | None = field(default=None, init=False, repr=False)

    @property
    def language(self) -> str:
        """The language of the workspace; while it cannot be read, the usual one."""
        try:
            return self.desk().workspace.settings.language
        except EngineError:
            return "zh"

    @property
    @contextmanager
    def writing(self) -> Iterator[None]:
        """Held by whoever compares a file and writes it, in this editor or in another one."""
        with self._here:
            if self._is_writing:
                yield
                return
            self._is_writing = True
            try:
                with locked(self.root / ".wakeline"):
                    yield
            finally:
                self._is_writing = False

    def remember(self, name: str, text: str) -> None:
        """Keep a text that a page shows, for a while."""
        self._shown.pop(name, None)
        self._shown[name] = text
        while len(self._shown) > _REMEMBERED:
            self._shown.pop(next(iter(self._shown)), None)

    def recalled(self, name: str) -> str | None:
        """A text that a page has shown; None where it was too long ago."""
        return self._shown.get(name)

    def desk(self, at: datetime | None = None) -> Desk:
        """A desk on the files as they are now. Two requests at once may both read what has changed."""
        found = Desk(self.root, self.store, at or self.at, before=self._known)
        self._known = found.workspace
        return found
