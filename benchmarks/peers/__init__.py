"""The reference night, and its selections, as other tools and plain Python do them."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

FOLDER = Path(sys.prefix) / "bench"
"""Where `make bench` installs them, apart from what the engine and its tests use."""

if FOLDER.is_dir() and str(FOLDER) not in sys.path:
    sys.path.append(str(FOLDER))


def lacks_peers() -> str:
    """Why the rule engines of others are left out; empty where all are there."""
    missing = [name for name in ("c7n", "rule_engine", "zen") if find_spec(name) is None]
    return (
        f"Left out, as they are not installed (`make bench` does that): {', '.join(missing)}."
        if missing
        else ""
    )
