"""How far long work has come: whoever does it says so with every chunk, whoever shows it listens.

Nobody listens unless a command asks to. What is said must not be able to break the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Step:
    """So many of a piece of work are done; `total` is None where nobody knows how many there are."""

    name: str
    done: int
    total: int | None = None


Listener: TypeAlias = Callable[[Step], None]


def _nobody(_: Step) -> None:
    return


_LISTENER: ContextVar[Listener] = ContextVar("listener", default=_nobody)


def say_progress(name: str, done: int, total: int | None = None) -> None:
    """A chunk is done."""
    _LISTENER.get()(Step(name, done, total))


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Within the block the listener hears of every chunk. It must not raise."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)
