"""Checking files without touching any record: quick to load, for the command line, editors and hooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from engine.check_cache import CheckCache, Told, stands_on
from engine.file_by_file import MANY, tell_each
from engine.load import load_lines
from engine.model.diagnostics import Diagnostic, Problems, WrongUsage, has_errors
from engine.model.document import Document
from engine.validate import validate_workspace
from engine.versions import CALENDAR, SETTINGS
from engine.workspace import Base, file_names, is_workflow_file, open_base, open_workspace


@dataclass(frozen=True)
class Checked:
    """What a check found: diagnostics of the files asked for, and these files, for their lines."""

    diagnostics: tuple[Diagnostic, ...]
    documents: Mapping[str, Document]

    @property
    def has_errors(self) -> bool:
        """Whether a file cannot be used."""
        return has_errors(self.diagnostics)


def check(
    root: Path,
    paths: Sequence[Path] = (),
    at: datetime | None = None,
    *,
    processes: int = 1,
    remember: bool = False,
) -> Checked:
    """Check a workspace, or only some of its files; files outside of it are checked against its model.

    `at` is the moment whose near future the calendar must know; None for now. A workspace of very many files
    is checked on several `processes`; with `remember`, what they say is kept beside them for the next time.
    """
    today = (at or datetime.now(UTC)).date()
    inside, outside = _split(root, paths)
    if not paths or (not outside and any(path.resolve() == root.resolve() for path in paths)):
        return _check_whole(root, today, processes=processes, remember=remember)
    workspace = open_workspace(root, outside, only=inside)
    asked = {*inside, *(str(path) for path in outside)}
    days = workspace.unknown_days(today) if asked & {SETTINGS, CALENDAR} else ()
    wanted = tuple(one for one in (*workspace.diagnostics, *days) if one.at.file in asked)
    return Checked(wanted, {name: one for name, one in workspace.documents.items() if name in asked})


def _check_whole(root: Path, today: date, *, processes: int, remember: bool) -> Checked:
    """File by file, so that very many need not be in memory, or even read; then what is between them."""
    if not root.is_dir():
        raise WrongUsage("W910", folder=root)
    names, problems = file_names(root), Problems()
    workflows = [name for name in names if is_workflow_file(name)]
    stands = [name for name in names if not is_workflow_file(name)]
    key = stands_on(root, stands) if remember and len(workflows) >= MANY else ""
    base = open_base(root, stands, problems)
    cache = CheckCache(root, key) if key else None
    told = _tell_all(base, workflows, cache, processes)
    if cache is not None and stands_on(root, stands) == key:  # else somebody has changed a file meanwhile
        cache.keep(told)
    for one in told.values():
        problems.found += one.diagnostics
    summaries = [one.summary for one in told.values() if one.summary is not None]
    validate_workspace(summaries, problems, whole=True)
    found = (*problems.sorted(), *base.workspace.unknown_days(today))
    return Checked(found, _Lines(root, names, base.workspace.documents))


def _tell_all(base: Base, names: Sequence[str], cache: CheckCache | None, processes: int) -> dict[str, Told]:
    """What is told of every file, in order: what was told before, and the rest anew."""
    known = {name: None if cache is None else cache.find(name) for name in names}
    unknown = [name for name, one in known.items() if one is None]
    fresh = dict(zip(unknown, tell_each(base, unknown, processes), strict=True))
    return {name: one or fresh[name] for name, one in known.items()}


class _Lines(Mapping[str, Document]):
    """The files of a workspace; those that are not loaded are read for their lines when somebody asks."""

    def __init__(self, root: Path, names: Sequence[str], loaded: Mapping[str, Document]) -> None:
        self._root = root
        self._names = dict.fromkeys(names)
        self._loaded = loaded
        self._last = Document("", None, "")

    def __getitem__(self, name: str) -> Document:
        if name in self._loaded:
            return self._loaded[name]
        if name not in self._names:
            raise KeyError(name)
        if self._last.file != name:
            self._last = load_lines(self._root / name, name)
        return self._last

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _split(root: Path, paths: Sequence[Path]) -> tuple[list[str], list[Path]]:
    inside: list[str] = []
    outside: list[Path] = []
    for path in paths:
        resolved = path if path.exists() else root / path
        if not resolved.exists():
            raise WrongUsage("W914", path=path)
        if resolved.resolve().is_relative_to(root.resolve()):
            name = resolved.resolve().relative_to(root.resolve())
            found = sorted(resolved.rglob("*.yaml")) if resolved.is_dir() else [resolved]
            inside += [one.resolve().relative_to(root.resolve()).as_posix() for one in found] or [
                name.as_posix()
            ]
        else:
            outside += sorted(resolved.rglob("*.yaml")) if resolved.is_dir() else [resolved]
    return inside, outside
