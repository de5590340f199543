"""Who may work something out now: many at once would leave no thread for anybody's pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from werkzeug.exceptions import TooManyRequests


class Turnstile:
    """Lets a few through at once, of each person one of a kind; the others are asked to come again."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._inside = set[tuple[str, str]]()
        self._lock = Lock()

    @contextmanager
    def passed(self, person: str, kind: str) -> Iterator[None]:
        """Inside until the end. Raises TooManyRequests where there is no place."""
        own = (person, kind)
        with self._lock:
            if own in self._inside or len(self._inside) >= self._places:
                raise TooManyRequests
            self._inside.add(own)
        try:
            yield
        finally:
            with self._lock:
                self._inside.discard(own)
