"""`rank_of: F`: the standing of a record by a value, among all or some of the module."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import ClassVar

from engine.conditions.subject import Subject
from engine.model.document import Mapping, Node, Scalar, is_true
from engine.model.kinds import Schema
from engine.model.operands import Operand, Rank
from engine.model.predicates import Empty, Predicate, Standing, Test
from engine.shapes.fields import read_field
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT, YES_NO, ref
from engine.shapes.segments import find_segment

_PLACE = {"type": ["string", "number"], "examples": ["20 %", 10]}


class RankOf:
    """The standing by a field, 1 the highest; a record without a value has none."""

    name: ClassVar[str] = "rank_of"
    options: ClassVar[tuple[str, ...]] = ("in_each", "among")
    schema: ClassVar[Schema] = {
        "rank_of": ref("field"),
        "in_each": ref("field"),
        "among": TEXT,
        "top": _PLACE,
        "bottom": _PLACE,
        "is_empty": YES_NO,
    }
    example: ClassVar[str] = "{rank_of: 年度成交额, in_each: 区域, top: 20 %}"

    @classmethod
    def read(cls, node: Mapping, reading: Reading) -> Subject | None:
        """The standing; comparisons take a number of places or a percent of them."""
        name = node.get(cls.name)
        of = read_field(name, reading)
        in_each = read_field(node.get("in_each"), reading)
        if of is None or ("in_each" in node and in_each is None) or not isinstance(name, Scalar):
            return None
        if not (of.type.is_numeric or of.type.is_moment):
            reading.problems.error(
                name.span, "W237", field=name.text, type=of.type, word=cls.name, expected="number"
            )
            return None
        return _subject(of, in_each, node, reading)


def _subject(of: Operand, in_each: Operand | None, node: Mapping, reading: Reading) -> Subject | None:
    among: Predicate | None = None
    written = node.get("among")
    if written is not None:
        found = find_segment(written, reading)
        if found is None:
            return None
        among = found
    rank = Rank(reading.module, of, in_each, among)

    def compare(word: str, value: Node) -> Test | None:
        if word == "is_empty":
            return Empty(rank, wanted=is_true(value))
        return _standing(rank, word, value, reading)

    return Subject(rank, compare)


def _standing(rank: Rank, word: str, node: Node, reading: Reading) -> Test | None:
    """The first (`top`) or last (`bottom`) so many, or so many percent."""
    text = node.text.strip() if isinstance(node, Scalar) else ""
    share = re.fullmatch(r"(\d{1,3}(?:\.\d{1,2})?) ?[%％]", text, re.ASCII)
    if share and 0 < Decimal(share[1]) <= 100:
        return Standing(rank, word == "bottom", share=Decimal(share[1]) / 100)
    if re.fullmatch(r"[1-9]\d{0,8}", text, re.ASCII):
        return Standing(rank, word == "bottom", number=int(text))
    reading.problems.error(node.span, "W507", word=word, value=text or "…")
    return None
