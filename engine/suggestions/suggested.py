"""One suggested example, as a file writes it, and without what does not read back as it was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from engine.examples import Outcome
from engine.expectations import Difference, Differs
from engine.suggestions.boundaries import Held, Probe
from engine.suggestions.example_text import Entry, expect_lines, given_text, quoted
from engine.verdicts import Verdict

_UNSAID = {Differs.DETAIL, Differs.UNTOUCHED, Differs.UNKNOWN_DETAIL, Differs.UNKNOWN_FIELD}


@dataclass(frozen=True, slots=True)
class LaterDay:
    """A later day: how many days on, the answer that is given, and what has happened by then."""

    days: int
    answer: str
    expect: str | tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Suggested:
    """One example. `changed` is what is other than in the record that meets all conditions, `verdict` what
    becomes of it; where nothing is changed it is that record. `outcome` is that of the example as it stands.
    """

    changed: Probe
    verdict: Verdict
    today: date
    given: tuple[Held, ...]
    expect: str | tuple[Entry, ...]
    later: tuple[LaterDay, ...] = ()
    outcome: Outcome | None = field(default=None, compare=False)

    @property
    def days(self) -> tuple[tuple[int, str], ...]:
        """Its later days, with the answers on them."""
        return tuple((one.days, one.answer) for one in self.later)

    def lines(self, name: str) -> list[str]:
        """As a file writes it, below `tests:`."""
        head = [f"- name: {quoted(name)}", f"  today: {self.today}"]
        if self.given:
            head.append(f"  given: {given_text(self.given)}")
        return [*head, *expect_lines(self.expect, "  "), *self._later_lines()]

    def _later_lines(self) -> Iterator[str]:
        if self.later:
            yield "  later:"
        for one in self.later:
            unit = "day" if one.days == 1 else "days"
            yield f"    - after: {one.days} {unit}"
            if one.answer:
                yield f"      answer: {quoted(one.answer)}"
            yield from expect_lines(one.expect, "      ")


def pruned(one: Suggested, differences: Sequence[Difference]) -> Suggested:
    """Without the details that did not read back as they were written."""
    return replace(one, expect=_without(one.expect, _wrong(differences)))


def pruned_later(one: Suggested, tried: Outcome) -> Suggested:
    """The same for its later days."""
    later = tuple(
        replace(day, expect=_without(day.expect, _wrong(found.differences)))
        for day, found in zip(one.later, tried.later, strict=False)
    )
    return replace(one, later=(*later, *one.later[len(later) :]))


def _wrong(differences: Sequence[Difference]) -> set[tuple[str, str]]:
    return {(one.word, one.name) for one in differences if one.kind in _UNSAID}


def _without(expect: str | tuple[Entry, ...], wrong: set[tuple[str, str]]) -> str | tuple[Entry, ...]:
    if isinstance(expect, str):
        return expect
    found: list[Entry] = []
    for word, told in expect:
        if isinstance(told, Mapping):
            found.append((word, {name: text for name, text in told.items() if (word, name) not in wrong}))
        else:
            found.append((word, "" if (word, "") in wrong else told))
    return tuple(found)
