"""`band_of: S`: the band that a score lies in."""

from __future__ import annotations

from typing import ClassVar

from engine.conditions.comparisons import Asked, read_test
from engine.conditions.subject import Subject
from engine.model.document import Mapping, Node, Scalar
from engine.model.entities import Field, FieldType, Labels
from engine.model.kinds import Schema
from engine.model.predicates import Test
from engine.model.scores import BandOf as Band
from engine.model.scores import Score
from engine.shapes.fields import read_field
from engine.shapes.reading import Reading
from engine.shapes.schema import YES_NO, ref


class BandOf:
    """The band of a score."""

    name: ClassVar[str] = "band_of"
    options: ClassVar[tuple[str, ...]] = ()
    schema: ClassVar[Schema] = {
        "band_of": ref("field"),
        "is": ref("values"),
        "is_not": ref("values"),
        "is_empty": YES_NO,
    }
    example: ClassVar[str] = "{band_of: 健康度, is: 红}"

    @classmethod
    def read(cls, node: Mapping, reading: Reading) -> Subject | None:
        """The band's operand; its names are the options."""
        name = node.get(cls.name)
        score = read_field(name, reading)
        if score is None or not isinstance(name, Scalar):
            return None
        if not isinstance(score, Score) or not score.bands:
            reading.problems.error(name.span, "W508", value=name.text)
            return None
        operand = Band(score)
        definition = band_field(score, reading)

        def compare(word: str, value: Node) -> Test | None:
            return read_test(word, value, Asked(operand, definition), reading)

        return Subject(operand, compare)


def band_field(score: Score, reading: Reading) -> Field:
    """What a band is compared as: a choice among the names of the bands."""
    at = reading.module.fields[score.name].at
    names = tuple(one.name for one in score.bands)
    return Field(score.name, Labels(score.name, score.name), FieldType.CHOICE, at, names)
