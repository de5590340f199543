"""From the texts of a batch to phrases, which a store puts together by itself; None where it could not.

Loops, filters other than `or`, comparisons and HTML stay with the texts: few letters have them, and what
they do with odd values is said in one place only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.model.effects import Column, Create, EffectBatch, Fixed, Item, Message, Notice, Part, Text
from engine.model.entities import FieldType
from engine.model.phrases import (
    Either,
    Every,
    Instead,
    Known,
    Phrase,
    Phrased,
    Piece,
    Says,
    Shown,
    Some,
    Test,
)
from engine.model.values import Show
from engine.text import (
    AllOf,
    AnyOf,
    Body,
    Branch,
    Chain,
    Choice,
    Constant,
    Defined,
    Field,
    Has,
    Operand,
    Path,
    TextTest,
    parse_text,
    show_constant,
)

_WORDY = frozenset({FieldType.TEXT, FieldType.CHOICE, FieldType.EMAIL, FieldType.PHONE, FieldType.LINK})
PHRASED = _WORDY | {
    FieldType.DATE,
    FieldType.MONEY,
    FieldType.NUMBER,
    FieldType.PERCENT,
    FieldType.YES_NO,
}
"""The types that a store shows as people read them."""


class _Unsaid(Exception):
    """A text holds what a store cannot say."""


def phrase_batch(batch: EffectBatch, show: Show) -> Phrased | None:
    """The parts of a batch with all its texts as phrases; None for a batch that is told by its texts."""
    parts = _parts(batch)
    if parts is None:
        return None
    try:
        return {name: _phrased(part, show) for name, part in parts.items()}
    except _Unsaid:
        return None


def _parts(batch: EffectBatch) -> Mapping[str, Part] | None:
    if isinstance(batch, Create):
        return batch.values
    if isinstance(batch, Message) and batch.fanned is None:
        return {"to": batch.address, "subject": batch.subject, "body": batch.body}
    if isinstance(batch, Notice):
        return {"to": batch.to, "text": batch.text, "address": batch.address or batch.to}
    return None


def _phrased(part: Part, show: Show) -> Fixed | Column | Phrase:
    if isinstance(part, Fixed | Column):
        return part
    if not isinstance(part, Text) or part.html:
        raise _Unsaid
    return _Phrasing(part.parts, show).body(parse_text(part.source, part.partials).body)


@dataclass(frozen=True)
class _Phrasing:
    """Of one text, with the column or constant behind each of its paths."""

    parts: Mapping[Path, Fixed | Column | Item]
    show: Show

    def body(self, body: Body) -> Phrase:
        return tuple(self._piece(piece) for piece in body)

    def _piece(self, piece: object) -> Piece:
        if isinstance(piece, str):
            return piece
        if isinstance(piece, Chain):
            return self._chain(piece)
        if isinstance(piece, Choice):
            then, otherwise = self._chain(piece.then), self._chain(piece.otherwise)
            return Either(((self._test(piece.test), (then,)),), (otherwise,))
        if isinstance(piece, Branch):
            cases = tuple((self._test(case.test), self.body(case.body)) for case in piece.cases)
            return Either(cases, self.body(piece.otherwise))
        raise _Unsaid

    def _chain(self, chain: Chain) -> Shown | Instead | str | None:
        if any(use.name != "or" for use in chain.filters):
            raise _Unsaid
        choices = tuple(map(self._shown, (chain.base, *(use.arguments[0] for use in chain.filters))))
        return Instead(choices) if len(choices) > 1 else choices[0]

    def _shown(self, operand: Operand) -> Shown | str | None:
        if isinstance(operand, Constant):
            return show_constant(operand.value)
        part = self._part(operand)
        if isinstance(part, Column):
            return Shown(part)
        return None if part.value is None else self.show.raw(part.type)(part.value)

    def _test(self, test: TextTest) -> Test:
        if isinstance(test, AllOf):
            return Every(self._tests(test.tests))
        if isinstance(test, AnyOf):
            return Some(self._tests(test.tests))
        if not isinstance(test, Has | Defined):
            raise _Unsaid
        part = self._part(Field(test.path))
        if isinstance(part, Column):
            return (Says if isinstance(test, Has) else Known)(part, test.wanted)
        if part.value is not None and isinstance(test, Has):
            raise _Unsaid  # a constant of the file: rare, and the text knows what it says
        return (part.value is not None) == test.wanted

    def _tests(self, tests: Iterable[TextTest]) -> tuple[Test, ...]:
        return tuple(map(self._test, tests))

    def _part(self, field: Field) -> Column | Fixed:
        part = self.parts.get(field.path)
        if isinstance(part, Fixed) or (isinstance(part, Column) and part.type in PHRASED):
            return part
        raise _Unsaid
