"""Signals: a command that takes long is asked to leave, and leaves where it may."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def asked_to_leave() -> Iterator[Callable[[], bool]]:
    """Whether a signal has asked the program to leave; afterwards signals are answered as before."""
    asked: list[int] = []
    before = {
        one: signal.signal(one, lambda number, _: asked.append(number))
        for one in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield lambda: bool(asked)
    finally:
        for one, answer in before.items():
            signal.signal(one, answer)
