"""What an example expects, held against what happened: each effect that is missing, extra or different."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from engine.actions.remove_tag import RemoveTag
from engine.example_shapes import GOAL
from engine.model.document import Mapping as Block
from engine.model.document import Node, Scalar, Span, is_nothing
from engine.model.document import Sequence as List
from engine.model.effects import Effect, EffectKind
from engine.model.entities import Field, FieldType, Model
from engine.model.lengths import parse_length
from engine.model.moments import Clock, end_of_wait
from engine.model.values import Value, plain
from engine.shapes.fields import find_field
from engine.shapes.reading import Reading
from engine.verdicts import Verdict


class Differs(StrEnum):
    """How what happened differs from what an example expects."""

    VERDICT = "verdict"
    MISSING = "missing"
    UNEXPECTED = "unexpected"
    ORDER = "order"
    DETAIL = "detail"
    UNTOUCHED = "untouched"
    UNKNOWN_DETAIL = "unknown_detail"
    UNKNOWN_FIELD = "unknown_field"
    NO_QUESTION = "no_question"
    NO_TASK = "no_task"


@dataclass(frozen=True, slots=True)
class Happened:
    """An effect on the record of an example, and the word of the step that made it.

    `people`: who `owner` and `supervisor` are when the step is done, by their keys; None for nobody.
    `clock` stands at the night on which it happened.
    """

    word: str
    effect: Effect
    people: Mapping[str, str | None]
    clock: Clock


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: its place, the step's word, and what was expected and came instead.

    `name` is the detail that differs, as the file writes it, `field` the field behind it, if any.
    """

    kind: Differs
    at: Span
    word: str = ""
    name: str = ""
    field: Field | None = None
    expected: Node | None = None
    got: Any = None
    happened: Happened | None = None


_WAITS = ("wait", "wait_until")
_TO_COLLEAGUES = {EffectKind.NOTICE, EffectKind.ASK}
_Pairs: TypeAlias = list[tuple[Node | None, Happened | None]]


@dataclass(frozen=True)
class Expectation:
    """Compares; `value` reads a value of the example for a field, `called` names the colleague of a key."""

    model: Model
    reading: Reading
    clock: Clock
    value: Callable[[Field, Node], Value]
    called: Callable[[str], str]

    def differences(
        self, expect: Node, verdict: Verdict, happened: Sequence[Happened]
    ) -> tuple[Difference, ...]:
        """All of them, in the order of the file; none when the example holds."""
        if isinstance(expect, Scalar):
            fits = _fits_word(expect.text, verdict, happened)
            return () if fits else (Difference(Differs.VERDICT, expect.span, expected=expect),)
        return self._listed(expect, _told_waits(expect, happened))

    def later_differences(
        self, expect: Node, verdict: Verdict, happened: Sequence[Happened]
    ) -> tuple[Difference, ...]:
        """The same for a later day: `happened` since the day before, waiting by itself is nothing."""
        told = _told_waits(expect, happened)
        if isinstance(expect, Scalar):
            fits = _fits_later(expect.text, verdict, told)
            return () if fits else (Difference(Differs.VERDICT, expect.span, expected=expect),)
        return self._listed(expect, told)

    def _listed(self, expect: Node, happened: Sequence[Happened]) -> tuple[Difference, ...]:
        items = expect.items if isinstance(expect, List) else ()
        if items and not happened:
            return (Difference(Differs.VERDICT, expect.span, expected=expect),)
        words, came = [_word_of(one) for one in items], [one.word for one in happened]
        if words != came and Counter(words) == Counter(came):
            return (Difference(Differs.ORDER, expect.span, expected=expect),)
        return tuple(self._one_by_one(expect.span, items, happened))

    def _one_by_one(
        self, at: Span, items: Sequence[Node], happened: Sequence[Happened]
    ) -> Iterator[Difference]:
        for item, one in self._paired(items, happened):
            if one is None and item is not None:
                yield Difference(Differs.MISSING, item.span, _word_of(item), expected=item)
            elif item is None:
                yield Difference(Differs.UNEXPECTED, at, one.word if one else "", happened=one)
            elif one is not None:
                yield from self._details(item, one)

    def _paired(self, items: Sequence[Node], happened: Sequence[Happened]) -> _Pairs:
        """Both lists side by side: as many words meet as possible, and rather those that fit whole.

        Compared in plain order, one missing effect would make every later one differ too.
        """
        best: dict[tuple[int, int], tuple[int, _Pairs]] = {}
        for row in range(len(items), -1, -1):
            for column in range(len(happened), -1, -1):
                item = items[row] if row < len(items) else None
                one = happened[column] if column < len(happened) else None
                choices: list[tuple[int, _Pairs]] = [(0, [])] if item is None and one is None else []
                if item is not None and one is not None and _word_of(item) == one.word:
                    worth, rest = best[row + 1, column + 1]
                    fits = not any(True for _ in self._details(item, one))
                    choices.append((worth + (3 if fits else 2), [(item, one), *rest]))
                if item is not None:
                    worth, rest = best[row + 1, column]
                    choices.append((worth, [(item, None), *rest]))
                if one is not None:
                    worth, rest = best[row, column + 1]
                    choices.append((worth, [(None, one), *rest]))
                best[row, column] = max(choices, key=lambda choice: choice[0])
        return best[0, 0][1]

    # --- details ---------------------------------------------------------------------------------

    def _details(self, item: Node, one: Happened) -> Iterator[Difference]:
        """Where an effect differs from what is expected of it; both have the same word."""
        details = item.get(one.word) if isinstance(item, Block) else None
        if isinstance(details, Block):
            for name, wanted in details.entries:
                yield from self._detail(name, wanted, one)
        elif details is not None and not (
            isinstance(details, Scalar) and self._fits_scalar(details.text, one)
        ):
            yield Difference(Differs.DETAIL, details.span, one.word, expected=item, happened=one)

    def _fits_scalar(self, text: str, one: Happened) -> bool:
        """`add_tag: 低价值`, `stop: reason`, `wait: 7 days`, `start_workflow: id`."""
        effect = one.effect
        if effect.kind is EffectKind.STOP:
            return bool(effect.details["reason"] == text)
        if effect.kind is EffectKind.START:
            return bool(effect.details["workflow"] == text)
        if effect.kind is EffectKind.WAIT:
            length = parse_length(text)
            return length is not None and effect.details["until"] == plain(end_of_wait(length, one.clock))
        is_taken_off = one.word == RemoveTag.name
        changes: Mapping[str, Any] = effect.details.get("changes", {})
        return any(
            _holds(before, text) is is_taken_off and _holds(after, text) is not is_taken_off
            for before, after in changes.values()
        )

    def _detail(self, name: Scalar, wanted: Node, one: Happened) -> Iterator[Difference]:
        effect = one.effect
        if effect.kind in {EffectKind.UPDATE, EffectKind.CREATE}:
            yield from self._field(name, wanted, one)
        elif name.text not in effect.details:
            yield Difference(Differs.UNKNOWN_DETAIL, name.span, one.word, name.text, happened=one)
        else:
            got = effect.details[name.text]
            if not isinstance(wanted, Scalar) or not self._fits_detail(name.text, wanted.text, one):
                yield Difference(
                    Differs.DETAIL, wanted.span, one.word, name.text, expected=wanted, got=got, happened=one
                )

    def _fits_detail(self, name: str, text: str, one: Happened) -> bool:
        """A file may write an instant by its day, or by its day and time, and a colleague by name."""
        got = one.effect.details[name]
        if name == "to" and one.effect.kind in _TO_COLLEAGUES:
            return self._is_meant(text, got, one)
        if name != "until":
            return text == str(got)
        until = datetime.fromisoformat(got).astimezone(self.clock.zone)
        return text in {f"{until:%Y-%m-%d}", f"{until:%Y-%m-%d %H:%M}"}

    def _is_meant(self, text: str, got: Any, one: Happened) -> bool:
        """Whether `owner`, `supervisor`, a key or a name means the colleague of a key."""
        if text in one.people:
            return bool(got == one.people[text])
        return got is not None and text in {str(got), self.called(str(got))}

    def _fits_field(self, field: Field, wanted: Node, one: Happened, got: Any) -> bool:
        people = self.model.people
        is_colleague = people is not None and field.type is FieldType.LINK and field.to == people.module
        if is_colleague and isinstance(wanted, Scalar) and not is_nothing(wanted):
            return self._is_meant(wanted.text, got, one)
        return bool(got == plain(self.value(field, wanted)))

    def _field(self, name: Scalar, wanted: Node, one: Happened) -> Iterator[Difference]:
        details, tasks = one.effect.details, self.model.tasks
        module, written = self.model.modules[details["module"]], name.text
        if tasks is not None and module.key == tasks.module:
            written = tasks.fields.get(written, written)
        field = find_field(written, module, wanted.span, self.reading.about(module))
        if field is None:
            yield Difference(Differs.UNKNOWN_FIELD, name.span, one.word, name.text, happened=one)
            return
        is_update = one.effect.kind is EffectKind.UPDATE
        if is_update and field.key not in details["changes"]:
            yield Difference(
                Differs.UNTOUCHED, wanted.span, one.word, name.text, field, expected=wanted, happened=one
            )
            return
        got = details["changes"][field.key][1] if is_update else details["values"].get(field.key)
        if not self._fits_field(field, wanted, one, got):
            yield Difference(
                Differs.DETAIL,
                wanted.span,
                one.word,
                name.text,
                field,
                expected=wanted,
                got=got,
                happened=one,
            )


def _word_of(item: Node) -> str:
    """The step that an entry of `expect` names."""
    if isinstance(item, Scalar):
        return item.text
    keys = item.keys() if isinstance(item, Block) else ()
    return keys[0] if len(keys) == 1 else ""


def _holds(value: Any, text: str) -> bool:
    """Whether a value is that text, or a list with it."""
    return text in value if isinstance(value, list) else bool(value == text)


def _fits_word(word: str, verdict: Verdict, happened: Sequence[Happened]) -> bool:
    if word == "undecided":
        return verdict is Verdict.UNDECIDED
    if word == "started":
        return verdict is Verdict.MATCH
    if word == "stopped":
        return str(verdict) == word or any(one.effect.kind is EffectKind.STOP for one in happened)
    return verdict is not Verdict.UNDECIDED and not happened


def _fits_later(word: str, verdict: Verdict, happened: Sequence[Happened]) -> bool:
    """A word for a later day; that the goal is reached is no stop."""
    if word == "started":
        return verdict is Verdict.MATCH
    if word == GOAL:
        return any(one.word == GOAL for one in happened)
    if word == "stopped":
        return any(one.effect.kind is EffectKind.STOP and one.word != GOAL for one in happened)
    return not happened


def _told_waits(expect: Node, happened: Sequence[Happened]) -> list[Happened]:
    """What happened, without waits where `expect` names none: they need not be listed, all or none are."""
    items = expect.items if isinstance(expect, List) else ()
    if any(_word_of(one) in _WAITS for one in items):
        return list(happened)
    return [one for one in happened if one.effect.kind is not EffectKind.WAIT]
