"""What signs cookies and forms: the same after a restart, so that nobody who types is turned away."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret_of(root: Path) -> str:
    """The secret of a workspace, made the first time; only its owner may read it."""
    path = root / ".wakeline" / "editor.key"
    path.parent.mkdir(exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("utf-8")
    with os.fdopen(handle, "w") as out:
        made = secrets.token_hex(32)
        out.write(made)
    return made
