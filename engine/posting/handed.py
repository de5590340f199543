"""What a worker remembers of letters that it has given to a channel, until the database knows it, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.channels.parcel import Outcome
from engine.ledger.post import Letter


@dataclass
class Handed:
    """Letters on their way with the answers that came; it outlives connections, not the worker.

    With `is_complete` it has seen all that the worker of that name ever did: then a letter that the worker
    has claimed, and that is not here, never left.
    """

    is_complete: bool = False
    _answers: dict[int, Outcome | None] = field(default_factory=dict)

    def begin(self, letters: Sequence[Letter]) -> None:
        """Their first byte is about to leave."""
        self._answers.update(dict.fromkeys((one.id for one in letters), None))

    def answer(self, letters: Sequence[Letter], outcome: Outcome) -> None:
        """What became of them."""
        self._answers.update(dict.fromkeys((one.id for one in letters), outcome))

    def forget(self, letters: Sequence[Letter]) -> None:
        """The database knows."""
        for one in letters:
            self._answers.pop(one.id, None)

    def never_left(self, letters: Sequence[Letter], worker: str) -> bool:
        """Whether letters that were claimed were never handed over, for sure."""
        mine = self.is_complete and all(one.worker == worker for one in letters)
        return mine and not any(one.id in self._answers for one in letters)

    def answer_of(self, letters: Sequence[Letter], worker: str) -> Outcome | None:
        """The answer that came and was not written down; None where there is none."""
        return self._answers.get(letters[0].id) if letters[0].worker == worker else None
