"""A file of its own for the temporary tables of a connection that writes to a SQLite file.

SQLite's own ones lie in memory, whatever one asks for, where the library is built so, as the one that we
lock is (SQLITE_TEMP_STORE=3): those of a million customers take fifty megabytes. What lies in the file is
thrown away with it, so that nothing of it is ever flushed.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

SCRATCH = "wakeline_scratch"
"""The schema of such tables. No table of a company's begins like ours, so that their names are enough."""
_CACHE_KIB = 2_000
"""A chunk of matched records fits in."""
_PRAGMAS = (
    # In memory and not off: a chunk that is rolled back takes back what it did here. It holds only pages that
    # were there before the transaction, which are few.
    "journal_mode=MEMORY",
    "locking_mode=EXCLUSIVE",
    "synchronous=OFF",
    f"cache_size=-{_CACHE_KIB}",
)


def scratch_folder() -> Path | None:
    """The folder of temporary files, such as TMPDIR names; None where there is none that takes a file."""
    try:
        return Path(tempfile.gettempdir())
    except OSError:
        return None


def attach_scratch(connection: Any) -> Path | None:
    """Give a connection of the driver its file; None where no folder takes one, and tables lie in memory.

    Where an open file may lose its name it has none from here on: nobody else sees it, and nothing is left
    of it, however the process ends.
    """
    folder = scratch_folder()
    if folder is None:
        return None
    try:
        handle, name = tempfile.mkstemp(prefix="wakeline-", suffix=".db", dir=folder)
    except OSError:
        return None
    os.close(handle)
    path = Path(name)
    try:
        connection.execute(f"ATTACH ? AS {SCRATCH}", (name,))
        for one in _PRAGMAS:
            connection.execute(f"PRAGMA {SCRATCH}.{one}")
    except connection.Error:  # a library that takes no second file, or may not open it
        detach_scratch(connection, path)
        return None
    finally:
        _unlink(path)
    return path


def detach_scratch(connection: Any, path: Path) -> None:
    """Where an open file keeps its name, it is closed before it can go away."""
    if path.exists():
        with suppress(Exception):  # the connection may be broken, and is closed next
            connection.execute(f"DETACH {SCRATCH}")
        _unlink(path)


def _unlink(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)
