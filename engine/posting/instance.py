"""Is this the place that this database sends from? A copy, or one set back, sends nothing until confirmed.

The database has a number and a list of the places it may send from; beside the workspace stands the same
number with the place. A copy of either is missing on the other side. What left this place is in its
`sent.log`: when that knows of letters that the database believes to be waiting, the database is older than
the world. When it knows less than the database says it did, it was lost, and nobody can tell what has left.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex

from engine.ledger.post import Letter, Post
from engine.model.diagnostics import ChannelError
from engine.model.nights import LetterState
from engine.model.values import stored_instant
from engine.posting.sent_log import Line, SentLog, mark_of

_NUMBER = "instance"
_LOST_COUNT_FOR = timedelta(days=7)
"""How long a letter that the database has forgotten keeps the same letter from leaving again."""
_UNDERWAY = {LetterState.SENDING, LetterState.IN_DOUBT, LetterState.SENT}


@dataclass
class Instance:
    """A place: a folder `.wakeline` on a computer."""

    folder: Path
    host: str = field(default_factory=platform.node)

    @property
    def log(self) -> SentLog:
        """What has left this place."""
        return SentLog(self.folder / "sent.log")

    @property
    def place(self) -> str:
        """The computer and the folder."""
        return f"{self.host}:{self.folder.resolve()}"

    # --- before sending -----------------------------------------------------------------------

    def examine(self, post: Post) -> None:
        """Raises ChannelError where nothing may leave; a database that never sent gets its number here."""
        self.check(post)
        is_new = self._is_new(post)
        self.log.prepare()
        if is_new:
            self._settle_in(post, token_hex(8))

    def check(self, post: Post) -> None:
        """Raises ChannelError where nothing may leave; nothing is written."""
        if self._is_new(post):
            return
        number = post.facts.get(_NUMBER)
        known = number is not None and post.facts.get(f"place/{self.place}") is not None
        if not known or self._card() != {"id": number, "place": self.place}:
            raise ChannelError("W720", place=self.place)
        if not self.log.path.exists() or self.log.size < self._known_until(post):
            raise ChannelError("W747")
        if any(not self._is_known(post, line) for line in self._news(post)):
            raise ChannelError("W721")

    def note(self, post: Post, end: int) -> None:
        """The database knows the log up to there."""
        if end > self._known_until(post):
            post.facts.put(self._log_fact, str(end))

    def forgotten(self, post: Post, now: datetime) -> Forgotten:
        """The letters that left before the database was set back and that it has no row of."""
        kept = post.facts.get(f"lost/{self.place}")
        if kept is None:
            return Forgotten()
        start, end = json.loads(kept)
        used = post.provider_ids("log:")
        lines = (one for one in self.log.lines(start) if one.offset < end)
        fresh = (one for one in lines if now - one.at < _LOST_COUNT_FOR)
        return Forgotten.of(one for one in fresh if f"log:{one.offset}" not in used)

    # --- by a person ----------------------------------------------------------------------------

    def confirm(self, post: Post, by: str, now: datetime) -> tuple[int, int]:
        """This place sends for this database from now on; how many letters were marked, how many are lost.

        Letters of the log that wait in the database have left: they are marked. Those of which the database
        has no row are remembered, in case the run that wrote them is made again. Of a log that was cut, all
        that is left of it counts.
        """
        self.log.prepare()
        start, end = self._known_until(post), self.log.size
        start = start if start <= end else 0
        marked, lost = 0, 0
        for line in self.log.lines(start):
            letter = _same(post, line)
            if letter is None:
                lost += 1
            elif letter.state != LetterState.SENT:
                post.mark_sent([letter.id], line.at)
                post.settle(letter.id, by)
                marked += 1
        if lost:
            kept = json.loads(post.facts.get(f"lost/{self.place}") or f"[{start}, {end}]")
            post.facts.put(f"lost/{self.place}", json.dumps([min(kept[0], start), max(kept[1], end)]))
        self._settle_in(post, post.facts.get(_NUMBER) or token_hex(8), f"{by} {stored_instant(now)}")
        post.facts.put(self._log_fact, str(end))
        return marked, lost

    # --- inside -----------------------------------------------------------------------------------

    @property
    def _log_fact(self) -> str:
        return f"sent_log/{self.place}"

    def _is_new(self, post: Post) -> bool:
        """Nothing has ever left here, nor by this database.

        The log is made before the card: a card without one is of a place whose log was lost.
        """
        was_here = bool(self._card()) and not self.log.path.exists()
        return post.facts.get(_NUMBER) is None and not self.log.size and not was_here

    def _known_until(self, post: Post) -> int:
        return int(post.facts.get(self._log_fact) or 0)

    def _news(self, post: Post) -> Iterable[Line]:
        """The lines that the database may not know."""
        start = self._known_until(post)
        return () if start == self.log.size else self.log.lines(start)

    def _is_known(self, post: Post, line: Line) -> bool:
        letter = _same(post, line)
        return letter is not None and letter.state in _UNDERWAY

    def _settle_in(self, post: Post, number: str, by: str = "") -> None:
        post.facts.put(_NUMBER, number)
        post.facts.put(f"place/{self.place}", by)
        card = self.folder / "instance.json"
        try:
            card.write_text(json.dumps({"id": number, "place": self.place}) + "\n", encoding="utf-8")
        except OSError as failure:
            raise ChannelError("W702", path=card.name, reason=failure.strerror or "") from failure

    def _card(self) -> dict[str, str]:
        try:
            found = json.loads((self.folder / "instance.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            return {"id": ""}  # a card that nobody can read is not the right one
        return found if isinstance(found, dict) else {"id": ""}


@dataclass
class Forgotten:
    """Letters that have left, by what they say; each keeps one letter from leaving again."""

    by_mark: dict[str, list[Line]] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Forgotten:
        """From lines of the log."""
        found: dict[str, list[Line]] = {}
        for one in lines:
            found.setdefault(one.mark, []).append(one)
        return cls(found)

    def take(self, letter: Letter) -> Line | None:
        """The line that says that this letter has left already; it is used up."""
        lines = self.by_mark.get(mark_of(letter)) if self.by_mark else None
        return lines.pop(0) if lines else None


def _same(post: Post, line: Line) -> Letter | None:
    """The letter of a line, when it still says the same; numbers are given anew in a database set back."""
    letter = post.letter_by_key(line.key)
    return letter if letter is not None and mark_of(letter) == line.mark else None
