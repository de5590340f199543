"""What the pages of one workspace stand on: its files as they are now, its store, its clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock

from flask import current_app

from engine import Desk, EngineError, Workspace

SAMPLES = "samples"
"""The folder of a workspace with its sample data."""


@dataclass
class Studio:
    """A workspace that people work on; files that change are read again, the others are not."""

    root: Path
    store: str = ""
    at: datetime | None = None
    writing: Lock = field(default_factory=Lock, init=False, repr=False)
    """Held by whoever compares a file and writes it."""
    _known: Workspace | None = field(default=None, init=False, repr=False)
    _sampling: Lock = field(default_factory=Lock, init=False, repr=False)
    _sampled: tuple[object, Desk] | None = field(default=None, init=False, repr=False)

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

    @contextmanager
    def on_data(self, desk: Desk, data: str) -> Iterator[Desk]:
        """A desk on the store, or on the sample data, which are read once as long as the model stays.

        Whoever asks for them waits for the one before: they are in one place in memory.
        """
        if data != SAMPLES:
            yield desk
            return
        with self._sampling:
            model = desk.workspace.documents["model.yaml"]
            if self._sampled is None or self._sampled[0] is not model:
                fresh = copy(desk)
                fresh.sample(self.root / SAMPLES)
                self._sampled = (model, fresh)
            found = copy(desk)
            found.store, found.keeps_plans = self._sampled[1].store, False
            yield found

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
