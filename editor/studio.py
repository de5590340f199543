"""What the pages of one workspace stand on: its files as they are now, its store, its clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock

from flask import current_app

from engine import Desk, EngineError, Gatehouse, Passwords, Workspace


@dataclass
class Studio:
    """A workspace that people work on; files that change are read again, the others are not."""

    root: Path
    store: str = ""
    at: datetime | None = None
    passwords: Passwords = field(default_factory=Passwords, repr=False)
    writing: Lock = field(default_factory=Lock, init=False, repr=False)
    """Held by whoever compares a file and writes it."""
    _known: Workspace | None = field(default=None, init=False, repr=False)

    @property
    def language(self) -> str:
        """The language of the workspace; while it cannot be read, the usual one."""
        try:
            return self.desk().workspace.settings.language
        except EngineError:
            return "zh"

    def record(self, file: str, by: str) -> None:
        """Keep what a workflow file says now as a version, where there is a database; else a night does.

        Raises EngineError where the database cannot be reached.
        """
        desk = self.desk()
        found = next((one for one in desk.workspace.workflows if one.file == file), None)
        if found is not None and desk.store.is_there:
            list(desk.publish([found.id], by))

    def gatehouse(self) -> Gatehouse:
        """Where accounts are kept, and the log of what people did."""
        return self.desk().gatehouse(self.passwords)

    def desk(self, at: datetime | None = None) -> Desk:
        """A desk on the files as they are now. Two requests at once may both read what has changed."""
        found = Desk(self.root, self.store, at or self.at, before=self._known)
        self._known = found.workspace
        return found


def studio_here() -> Studio:
    """The workspace that this server edits."""
    found = current_app.extensions["studio"]
    assert isinstance(found, Studio)
    return found
