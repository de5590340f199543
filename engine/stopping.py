"""Stopping long work from outside: whoever does it says by which way, whoever waits for it may take that way.

Nobody can stop anything unless it was asked to be stoppable. A way must be safe to take from another thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import TypeAlias

Way: TypeAlias = Callable[[], None]


class Stopper:
    """Stops what is done within `reach`; what begins after a stop has to be stopped again."""

    def __init__(self) -> None:
        self.is_stopped = False
        self._ways: list[Way] = []
        self._lock = Lock()

    def stop(self) -> None:
        """Take every way that there is now."""
        self.is_stopped = True
        with self._lock:
            for way in self._ways:
                way()

    @contextmanager
    def reach(self) -> Iterator[None]:
        """Within the block, of this thread, work can be stopped."""
        token = _REACH.set(self)
        try:
            yield
        finally:
            _REACH.reset(token)

    @contextmanager
    def known(self, way: Way) -> Iterator[None]:
        """Within the block there is a way."""
        with self._lock:
            self._ways.append(way)
        try:
            yield
        finally:
            with self._lock:
                self._ways.remove(way)


_REACH: ContextVar[Stopper | None] = ContextVar("reach", default=None)


@contextmanager
def stoppable(way: Way) -> Iterator[None]:
    """Within the block the work can be stopped by a way, if anybody may want to."""
    stopper = _REACH.get()
    if stopper is None:
        yield
        return
    with stopper.known(way):
        yield
