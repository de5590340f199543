"""Files written anew: all of it or nothing, whoever is reading meanwhile."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex


def write_whole(path: Path, raw: bytes) -> None:
    """Put bytes into a file, on the disk before anybody reads them.

    The permissions of a file that is there stay, and a link still leads to it.
    """
    path = path.resolve()
    beside = path.with_name(f".{token_hex(4)}.new")
    try:
        with beside.open("wb") as out:
            out.write(raw)
            out.flush()
            os.fsync(out.fileno())
        if path.exists():
            beside.chmod(path.stat().st_mode)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
