"""What a check remembers of files that have not changed, in `.wakeline/check` of the workspace.

Only checks read it; nothing runs by it. What is missing, broken, of another version or not to be written is
as if it had never been there: the files are read again.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.model.diagnostics import Diagnostic
from engine.plain import from_plain, to_plain
from engine.summary import Summary

PLACE = Path(".wakeline") / "check" / "files.jsonl"
_FORMAT = 1
_LIBRARIES = ("ruamel.yaml", "jsonschema", "Jinja2", "croniter", "holidays", "tzdata")
_YOUNG = 2_000_000_000
"""Nanoseconds: a file that was written this lately may be written again without looking any different."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """By what a file is known to be the same without being read: size, times (also of its entry), number."""

    size: int
    modified: int
    changed: int
    number: int


@dataclass(frozen=True, slots=True)
class Told:
    """What one workflow file says on its own: its mistakes, and what is held against other files.

    `digest` is of the bytes that were read, empty where there were none. `stamp` is None while it proves
    nothing.
    """

    digest: str
    stamp: Stamp | None
    diagnostics: tuple[Diagnostic, ...]
    summary: Summary | None


class CheckCache:
    """What was told last time; `stands_on` names everything else that it depended on."""

    def __init__(self, root: Path, stands_on: str) -> None:
        self._root = root
        self._stands_on = stands_on
        self._lines: dict[str, bytes] = {}
        self._told: dict[str, Told] = {}
        with suppress(OSError, ValueError, TypeError, ArithmeticError, RecursionError), _for_good():
            self._read((root / PLACE).read_bytes())

    def find(self, name: str) -> Told | None:
        """What a file was told when it last was as it is now; None when nobody knows."""
        told = self._told.get(name)
        if told is None:
            return None
        stamp = stamp_of(self._root / name)
        if stamp is not None and stamp == told.stamp:
            return told
        try:
            same = digest_of((self._root / name).read_bytes()) == told.digest
        except OSError:
            return None
        return replace(told, stamp=stamp) if same else None

    def keep(self, files: Mapping[str, Told]) -> None:
        """Remember these files, and no others."""
        lines = {name: self._line(name, one) for name, one in files.items() if one.digest}
        if lines == self._lines:
            return
        body = b"".join(lines.values())
        with suppress(OSError):
            _write(self._root / PLACE, self._head(body) + body)

    def _line(self, name: str, told: Told) -> bytes:
        before = self._told.get(name)
        if before is not None and (before.digest, before.stamp) == (told.digest, told.stamp):
            return self._lines[name]
        return _json([name, *to_plain(told)])

    def _head(self, body: bytes) -> bytes:
        return _json([_FORMAT, self._stands_on, digest_of(body)])

    def _read(self, raw: bytes) -> None:
        head, _, body = raw.partition(b"\n")
        if head + b"\n" != self._head(body):
            return
        for line in body.splitlines(keepends=True):
            name, *row = json.loads(line)
            self._told[name] = from_plain(Told, row)
            self._lines[name] = line


def stamp_of(path: Path) -> Stamp | None:
    """How a file looks from outside; None when it is too young to tell, or not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    if time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) < _YOUNG:
        return None
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def digest_of(raw: bytes) -> str:
    """The name of some bytes."""
    return hashlib.sha256(raw).hexdigest()


def stands_on(root: Path, names: Iterable[str]) -> str:
    """Names all that a workflow file's mistakes depend on beside the file: the files it stands on, and us."""
    found = hashlib.sha256(_program().encode())
    for name in names:
        try:
            digest = digest_of((root / name).read_bytes())
        except OSError as failure:
            digest = type(failure).__name__
        found.update(f"\n{name}\n{digest}".encode())
    return found.hexdigest()


@lru_cache(maxsize=1)
def _program() -> str:
    """The program itself and the libraries that read files for it."""
    here = Path(__file__).parent
    files = sorted(path for path in here.rglob("*") if path.suffix in {".py", ".toml"})
    parts = [sys.version, *(f"{one} {_version(one)}" for one in _LIBRARIES)]
    parts += [f"{path.relative_to(here).as_posix()} {digest_of(path.read_bytes())}" for path in files]
    return digest_of("\n".join(parts).encode())


def _version(library: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - 15 ms, for many files only

    try:
        return version(library)
    except PackageNotFoundError:
        return ""


@contextmanager
def _for_good() -> Iterator[None]:
    """Half a million small objects that all stay: looking for garbage among them takes as long again.

    They are left out for the rest of the process, as befits a command that ends with its check.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


def _json(row: list[Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _write(path: Path, raw: bytes) -> None:
    """All of it or nothing: two checks at once must not mix what they write."""
    import tempfile  # noqa: PLC0415 - 5 ms; a check of one file writes nothing

    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(raw)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
