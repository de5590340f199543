"""Files of a workspace written anew: all of it or nothing, whoever is reading meanwhile."""

from __future__ import annotations

from pathlib import Path


def write_whole(path: Path, raw: bytes) -> None:
    """Put new bytes into a file that is there; its permissions stay, and a link still leads to it."""
    path = path.resolve()
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(raw)
        beside.chmod(path.stat().st_mode)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
