"""Publishing: the file is written, then its versions are recorded; whoever is killed between is caught up.

What is to be recorded is noted before the file is written. A note whose file says what it names is carried
out later; one whose file says something else is of a publishing that never was.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from editor.files import Lying, demand_inside, digest_of, read_lying, write_lying
from editor.studio import Studio
from engine import Desk, EngineError, OnChange, Workspace

_NOBODY = "automatic"
"""Who has published what has run without anybody publishing it."""
_NOTES = Path(".wakeline") / "publishing"


@dataclass(frozen=True)
class Release:
    """What somebody publishes: a text in a file, in place of one of those that `over` names."""

    file: str
    text: str
    over: Collection[str]
    by: str
    note: str = ""
    approved_by: str = ""
    on_change: OnChange = OnChange.KEEP


@dataclass(frozen=True)
class Released:
    """What has become of it. `lying` is the file as it was found; it was written where `is_written`.

    `recorded` are the names of the workflows that have a new version by it; `held_back` those that have
    not, as their own files hold something that nobody has published. `is_recorded` is False as long as the
    database is away.
    """

    lying: Lying
    is_written: bool = True
    recorded: tuple[str, ...] = ()
    held_back: tuple[str, ...] = ()
    is_recorded: bool = True


def release(studio: Studio, wanted: Release) -> Released:
    """Write the file, if it still says what `over` names, and record what is another version by it.

    Raises CannotWrite.
    """
    path = studio.root / wanted.file
    demand_inside(studio.root, wanted.file)
    with studio.writing:
        lying = read_lying(path)
        if lying.is_foreign or lying.name not in wanted.over:
            return Released(lying, is_written=False)
        desk = studio.desk(anew=True)
        tried = desk.trying(wanted.file, wanted.text).workspace
        versions, held_back = affected(desk, tried, wanted.file)
        _keep_first(desk, versions, wanted.file)
        note = _Note.of(wanted, versions)
        note.keep(studio.root)
        write_lying(studio.root, path, lying.bytes_with(wanted.text))
        try:
            recorded = note.carry_out(studio)
        except EngineError:  # it is recorded as soon as the database is back
            return Released(lying, held_back=held_back, is_recorded=False)
        return Released(lying, recorded=recorded, held_back=held_back)


def _keep_first(desk: Desk, versions: Mapping[str, str], file: str) -> None:
    """What has run by its file alone until now gets its first version, so that one can go back to it."""
    if not desk.store.is_there or not desk.releases.is_automatic:
        return
    with suppress(EngineError):  # a database that is away keeps nobody from publishing
        known = desk.releases.newest()
        running = [one for one in desk.workspace.workflows if desk.releases.stands_alone(one)]
        changed = [one.id for one in running if versions.get(one.id) not in {None, one.version}]
        unknown = [one for one in changed if one not in known]
        if unknown:
            desk.releases.publish(unknown, _NOBODY, note="", approved_by="", on_change=OnChange.KEEP)
        desk.releases.keep_found(file)


def affected(desk: Desk, tried: Workspace, file: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Workflow -> its version by another text of a file; and the names of those that are left aside."""
    own = [one for one in tried.workflows if one.file == file]
    changed = [one for one in desk.releases.changed(tried) if one.file != file]
    unpublished = desk.releases.unpublished(tried) if changed else set()
    held_back = tuple(one.name for one in changed if one.id in unpublished)
    taken = (one for one in changed if one.id not in unpublished)
    return {one.id: one.version for one in (*own, *taken)}, held_back


def catch_up(studio: Studio) -> None:
    """Record what was written and not recorded, as far as the database is there."""
    if not any((studio.root / _NOTES).glob("*.json")):
        return
    with studio.writing:
        for path in sorted((studio.root / _NOTES).glob("*.json")):
            note = _Note.read(path)
            if note is None or read_lying(studio.root / note.file).name != note.name:
                path.unlink(missing_ok=True)
                continue
            try:
                note.carry_out(studio)
            except EngineError:
                return


@dataclass(frozen=True)
class _Note:
    """What is to be recorded once a file says what `name` names."""

    file: str
    name: str
    workflows: Mapping[str, str]
    """Workflow -> its version, as it was seen by whoever published it."""
    signed: Mapping[str, str] = field(default_factory=dict)
    on_change: str = OnChange.KEEP.value

    @classmethod
    def of(cls, wanted: Release, workflows: Mapping[str, str]) -> _Note:
        signed = {"by": wanted.by, "note": wanted.note, "approved_by": wanted.approved_by}
        return cls(wanted.file, digest_of(wanted.text), workflows, signed, wanted.on_change.value)

    @classmethod
    def read(cls, path: Path) -> _Note | None:
        try:
            kept: dict[str, Any] = json.loads(path.read_bytes())
            return cls(**{**kept, "workflows": dict(kept["workflows"])})
        except (ValueError, TypeError, KeyError):  # half of one: nothing was written after it
            return None

    def keep(self, root: Path) -> None:
        write_lying(root, self._path(root), json.dumps(asdict(self), ensure_ascii=False).encode())

    def _path(self, root: Path) -> Path:
        return root / _NOTES / f"{digest_of(self.file)}.json"

    def carry_out(self, studio: Studio) -> tuple[str, ...]:
        """Record the versions, where there is a database or nobody else would. Raises EngineError."""
        desk, new = studio.desk(anew=True), list[str]()
        if desk.store.is_there or not desk.releases.is_automatic:
            seen = [one.id for one in desk.workspace.workflows if self.workflows.get(one.id) == one.version]
            shared = self.file if read_lying(studio.root / self.file).name == self.name else ""
            done = desk.releases.publish(
                seen, on_change=OnChange(self.on_change), shared=shared, **self.signed
            )
            new = [one.name for one in done]
        self._path(studio.root).unlink(missing_ok=True)
        return tuple(new)
