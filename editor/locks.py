"""A lock on a workspace that also holds between two editors that serve it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from editor.files import telling_what_is_shut

if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)

else:
    import fcntl

    def _take(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Nobody else changes the folder until the end; who is killed meanwhile holds nobody up."""
    with telling_what_is_shut(folder.name):
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "editor.lock").open("ab")
    with file:
        _take(file)
        yield  # closing it lets it go
