"""What a run takes of memory."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable


def peak(run: Callable[[], object]) -> int:
    """The most bytes that are in use at one time.

    The garbage collector stands still: else the figure would hang on when it happens to come by.
    """
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.enable()
