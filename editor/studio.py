"""What the pages of one workspace stand on: its files as they are now, its store, its clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from engine import Desk, Workspace


@dataclass
class Studio:
    """A workspace that people work on; files that change are read again, the others are not."""

    root: Path
    store: str = ""
    at: datetime | None = None
    _known: Workspace | None = field(default=None, init=False, repr=False)

    @property
    def language(self) -> str:
        """The language of the workspace."""
        return self.desk().workspace.settings.language

    def record(self, file: str, by: str) -> None:
        """Keep what a file says now as a version, where there is a database; else the next night does."""
        desk = self.desk()
        found = next((one for one in desk.workspace.workflows if one.file == file), None)
        if found is not None and desk.store.is_there:
            list(desk.publish([found.id], by))

    def desk(self, at: datetime | None = None) -> Desk:
        """A desk on the files as they are now. Two requests at once may both read what has changed."""
        found = Desk(self.root, self.store, at or self.at, before=self._known)
        self._known = found.workspace
        return found
