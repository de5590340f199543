"""What the pages of one workspace stand on: its files as they are now, its store, its clock."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock, RLock

from flask import current_app, g, has_request_context, request

from editor.files import digest_of
from editor.keeping import Keeping
from editor.locks import locked
from engine import MODEL, SETTINGS, Desk, EngineError, Gatehouse, Passwords, Workspace

SAMPLES = "samples"
"""The folder of a workspace with its sample data."""
_LOOKS = {"GET", "HEAD"}
_REMEMBERED = 200
"""So many texts that pages have shown are known by their names: a draft keeps the one it began with."""


@dataclass
class Studio:
    """A workspace that people work on; files that change are read again, the others are not."""

    root: Path
    store: str = ""
    at: datetime | None = None
    passwords: Passwords = field(default_factory=Passwords, repr=False)
    _here: RLock = field(default_factory=RLock, init=False, repr=False)
    _is_writing: bool = field(default=False, init=False, repr=False)
    _shown: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    _known: Workspace | None = field(default=None, init=False, repr=False)
    _sampling: Lock = field(default_factory=Lock, init=False, repr=False)

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

    @contextmanager
    def on_data(self, desk: Desk, data: str) -> Iterator[Desk]:
        """A desk on the store, or on the sample data."""
        if data != SAMPLES:
            yield desk
            return
        found = copy(desk)
        found.apart(self.samples(desk))
        yield found

    def samples(self, desk: Desk) -> Path:
        """The database with the sample data: read once, and anew when its files or the model change."""
        folder, kept = self.root / SAMPLES, Keeping(self.root).folder / SAMPLES
        path = kept / f"{digest_of(_state_of(desk, folder))}.db"
        with self._sampling:
            if not path.is_file():
                kept.mkdir(parents=True, exist_ok=True)
                part, apart = path.with_suffix(f".{secrets.token_hex(4)}.part"), copy(desk)
                apart.sample(folder, part)
                part.replace(path)
            os.utime(path)
        return path

    def samples_moment(self) -> datetime | None:
        """The moment that the sample data was made for, as `now.txt` beside it says; None where none does."""
        try:
            return datetime.fromisoformat((self.root / SAMPLES / "now.txt").read_text("utf-8").strip())
        except (OSError, ValueError):
            return None

    def gatehouse(self) -> Gatehouse:
        """Where accounts are kept, and the log of what people did."""
        return self.desk().gatehouse(self.passwords)

    def desk(self, at: datetime | None = None, *, anew: bool = False) -> Desk:
        """A desk on the files as they are now. Two requests at once may both read what has changed.

        Who only looks at a page has one for all of it: files that change meanwhile are on the next page.
        `anew`: whoever writes has to know how they are at this moment.
        """
        is_look = has_request_context() and request.method in _LOOKS and at is None and not anew
        if is_look and "desk" in g:
            kept: Desk = g.desk
            return kept
        found = Desk(self.root, self.store, at or self.at, before=self._known)
        self._known = found.workspace
        if is_look:
            g.desk = found
        return found


def _state_of(desk: Desk, folder: Path) -> str:
    """What sample data is made of: its files as they are, and what says how these are read."""
    files = sorted((one.name, one.stat()) for one in folder.glob("*.csv"))
    known = desk.workspace.documents
    base = (f"{name}\n{known[name].text}" for name in (MODEL, SETTINGS) if name in known)
    return "\n".join([*(f"{name} {one.st_size} {one.st_mtime_ns}" for name, one in files), *base])


def studio_here() -> Studio:
    """The workspace that this server edits."""
    found = current_app.extensions["studio"]
    assert isinstance(found, Studio)
    return found
