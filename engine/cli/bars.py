"""A bar on a terminal while a command takes its time, elsewhere a plain line now and then; on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from engine.progress import Step, listening
from engine.texts import Texts

SELDOM = 10.0
"""Seconds between two plain lines: what is done sooner needs none."""
_WIDTH = 30
_WIPE = "\r\x1b[K"


class Bars:
    """The bar of the present piece of work, wiped before something else is printed.

    It is drawn by hand: a library that ends the program when the terminal is gone would end the night too.
    """

    def __init__(self, language: str, stream: TextIO | None = None) -> None:
        self._texts, self._stream = Texts.of(language), stream or sys.stderr
        self._is_drawn = False
        self._said = time.monotonic()

    @contextmanager
    def shown(self) -> Iterator[Bars]:
        """Listens to the work within the block."""
        try:
            with listening(self.step):
                yield self
        finally:
            self.clear()

    def step(self, one: Step) -> None:
        """Show how far it is. A screen that cannot be written to is none."""
        with suppress(OSError, ValueError):
            if self._stream.isatty():
                self._is_drawn = True
                self._write(f"{_WIPE}{_bar(one)}{self._line(one)}")
            elif time.monotonic() - self._said >= SELDOM:
                self._said = time.monotonic()
                self._write(f"{self._line(one)}\n")

    def clear(self) -> None:
        """Wipe the bar, before something is printed."""
        if self._is_drawn:
            self._is_drawn = False
            with suppress(OSError, ValueError):
                self._write(_WIPE)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()

    def _line(self, one: Step) -> str:
        if one.total is None:
            return self._texts.say("cli.so_many", name=one.name, done=f"{one.done:,}")
        return self._texts.say("cli.so_far", name=one.name, done=f"{one.done:,}", total=f"{one.total:,}")


def _bar(one: Step) -> str:
    """Empty where nobody knows how much there is."""
    if not one.total:
        return ""
    full = min(_WIDTH, _WIDTH * one.done // one.total)
    return f"{'━' * full}{'·' * (_WIDTH - full)} "
