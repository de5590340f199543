"""How long to stay away from a database that is away, before it is tried once more."""

from __future__ import annotations

import random

LONGEST = 60.0
"""RELIABILITY F14."""


def pause_after(failures: int) -> float:
    """Seconds until the next try: longer with every failure, and never twice the same.

    Otherwise all who lost a server would come back to it at once.
    """
    longest = min(LONGEST, 2.0 ** min(failures, 6))
    return longest * random.uniform(0.5, 1)  # noqa: S311 - nothing is kept secret by it
