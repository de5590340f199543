"""How often Python looks for circles of objects that nobody needs any more."""

from __future__ import annotations

import gc

_NEW_OBJECTS = 50_000


def look_seldom() -> None:
    """Look after so many new objects instead of 700; what is in no circle goes at once, as ever.

    A command makes its objects in bursts, when it reads files and puts statements together, and keeps most
    of them: to look through them again and again takes a fifth of a short night, and finds next to nothing.
    """
    gc.set_threshold(_NEW_OBJECTS)
