"""Sessions that somebody has ended: a copy of their cookie, which is signed and still good, lets nobody in.

A cookie holds for some hours after it was last given out, so no longer is it remembered. Other sessions of
the same account go on. They are files, as two editors may serve one workspace.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path
from time import time

from flask import session

from editor.files import digest_of, write_lying
from editor.studio import studio_here

IDLE = timedelta(hours=12)
"""After so long without a request a session is over."""
_NAME = "session"
_FOLDER = Path(".wakeline") / "ended"


def begin_session() -> None:
    """Nothing of an earlier session goes into a new one."""
    session.clear()
    session.permanent = True
    session[_NAME] = secrets.token_urlsafe(16)


def end_session() -> None:
    """Nothing of it stays, here and on the disk of whoever has copied it. Raises CannotWrite."""
    path = _mark()
    session.clear()
    if path is not None:
        _sweep(path.parent)
        write_lying(studio_here().root, path, b"")


def has_ended() -> bool:
    """Whether somebody has signed out of the session of this request."""
    path = _mark()
    return path is not None and path.exists()


def _mark() -> Path | None:
    """What is there once the session has ended; None where there is no session. No name leads elsewhere."""
    name = session.get(_NAME)
    return None if name is None else studio_here().root / _FOLDER / digest_of(str(name))


def _sweep(folder: Path) -> None:
    """Forget those whose cookies are too old by now."""
    for path in folder.glob("*") if folder.is_dir() else ():
        if time() - path.stat().st_mtime > IDLE.total_seconds():
            path.unlink(missing_ok=True)
