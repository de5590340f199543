"""The control of a single value: by the field that it is of, by the names that fit, by its word."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from editor.forms import spans
from editor.forms.elements import Choice, Control, Path, offers_to_set
from editor.forms.shapes import Schema
from engine import Choosable, FieldType, Fitting

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_LONG = 60
WITH_FIELDS = frozenset({"subject", "text", "question", "personal"})
"""The words of actions under which a text may say what the record holds (LANGUAGE, section 4)."""
_BODIES = {"text", "html"}
"""What is called so has lines, sooner or later."""
MOST_CHIPS = 24
MOST_NAMES = 60
"""Of more names no control has a list of its own: hundreds of such lists are slow to send and to read."""
_OF_FIELDS = {"field", "by"}
"""Behind these a field stands, wherever it is."""
_SPANS = {"length": "length", "period": "period", "moment": "moment", "day": "day", "since": "since"}
"""The shapes of the language that are spans, and what is meant."""
_OF_TYPE = {
    FieldType.LENGTH: "length",
    FieldType.PERCENT: "percent",
    FieldType.DATE: "moment",
    FieldType.DATETIME: "moment",
}
_DATED = {"moment", "day", "since"}
"""Instead of these a day of the calendar may stand."""
_AMOUNTS = {FieldType.NUMBER, FieldType.MONEY}
_COMPARED = {"is", "is_not", "on_or_after", "after", "on_or_before", "before"}
"""Behind these a date is none of long ago."""


@dataclass(frozen=True)
class Names:
    """The names of the model that fit a place, by shape; `also`: in another language, with those of this one;
    `called`: what people call those that they would not know.

    `mark` tells them from those of another place.
    """

    of: Mapping[str, Sequence[str]] = field(default_factory=dict)
    also: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)
    others: Collection[str] = ()
    """What is no mistake either, although it is not offered."""
    mark: str = ""


@dataclass(frozen=True)
class Words:
    """What a form says beside the vocabulary: `said` is a step or a condition in words, by its path."""

    said: Callable[[Path], str]
    number: Callable[[Path], str]
    names: Callable[[Path], Names]
    say: Callable[..., str]
    language: str
    about: Callable[[Path], str] = lambda _: ""
    """What a whole block says, where the vocabulary has no help on it."""
    fitting: Callable[[Path], Fitting | None] = lambda _: None
    """What fits a value, where it is one of a field, or a name."""
    key_called: Callable[[Path], str] = lambda _: ""
    """What people call a key that is a word although its block takes any."""
    keys: Callable[[Path], Sequence[str]] = lambda _: ()
    """The keys that may be added to a block that takes any."""
    looked_up: Callable[[str], Any] = lambda _: None
    """What a column of a table of numbers says most often; None where there is no such column."""
    usual: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    """What is usually written under a key that takes more than that."""
    called: Mapping[str, str] = field(default_factory=dict)
    """What people call a word of the files."""
    today: str = ""


class Filling:
    """Makes the controls of single values."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def control(self, found: Control, way: Schema, value: Any) -> Control:
        """`found` has the value as it is written, `value` as it is meant."""
        path = found.place.path
        key = str(path[-1]) if path else ""
        found = replace(found, takes_fields=key in WITH_FIELDS)
        usual = self.words.usual.get(key)
        if usual:
            return self._usual(found, usual, value)
        if "const" in way or _kinds(way) == {"boolean"}:
            return replace(found, kind="check", value=value is True)
        shape = "field" if _last_word(path) in _OF_FIELDS else str(way.get("shape"))
        names = self.words.names(path)
        if names.of.get(shape):
            return self._named(found, names, shape)
        fitting = self.words.fitting(path)
        if fitting is not None:
            return self._fitted(found, fitting, value)
        if way.get("enum"):
            return select(found, self.enumerated(way, way["enum"], [value]), value)
        return self._by_kind(found, way)

    def chips(self, found: Control, inner: Schema, values: list[Any]) -> Control | None:
        """A list of a few known words: each is ticked or not; an unknown one is kept, and said to be so."""
        fitting = self.words.fitting((*found.place.path, 0))
        if any(isinstance(one, dict | list) for one in values) or found.place.path[-1] == "expect":
            return None  # what is done may be done twice, and in an order
        if fitting is not None:
            known = list(self._choosable(fitting.choices, fitting.spelt, values))
        else:
            words = inner.get("enum") or inner.get("examples") or []
            if any(isinstance(one, dict | list) for one in words):
                return None
            known = list(self.enumerated(inner, words, values))
        if not 0 < len(known) <= MOST_CHIPS:
            return None
        return replace(found, kind="chips", value=values, choices=_with_unknown(known, values))

    def begin(self, path: Path, otherwise: Any) -> Any:
        """What a value begins with: the first that fits."""
        fitting = self.words.fitting(path)
        if fitting is None or isinstance(otherwise, dict | list | bool):
            return otherwise
        if fitting.choices:
            return fitting.choices[0].word
        if fitting.type in _AMOUNTS:
            return 1
        return spans.first(_span_of(fitting, path)) if fitting.type in _OF_TYPE else otherwise

    # --- by what fits -----------------------------------------------------------------------------------

    def _named(self, found: Control, names: Names, shape: str) -> Control:
        """One of the names of the model; a file may be written in another language."""
        here = names.also.get(shape, {}).get(found.value, "")
        if len(names.of[shape]) > MOST_NAMES:
            return replace(found, names=f"{shape}{names.mark}", instead=())
        known = [
            Choice(found.value if one == here else one, names.called.get(one, one)) for one in names.of[shape]
        ]
        if found.value in names.others:
            known.append(Choice(found.value, found.value))
        return replace(select(found, known, found.value), instead=())

    def _fitted(self, found: Control, fitting: Fitting, value: Any) -> Control:
        if fitting.is_open:
            return self._suggested(found, {one.word: one.called for one in fitting.choices})
        if fitting.choices:
            return select(found, self._choosable(fitting.choices, fitting.spelt, [value]), value)
        if fitting.type in _AMOUNTS and not fitting.nothing and _NUMBER.fullmatch(found.value):
            return replace(found, kind="number", unit=fitting.unit)
        kind = _span_of(fitting, found.place.path)
        if kind:
            return self._span(found, kind, fitting.nothing)
        return self._text(found)

    @staticmethod
    def _choosable(
        known: Iterable[Choosable], spelt: Mapping[str, str], held: Sequence[Any]
    ) -> Iterator[Choice]:
        """Each choice once; what the file spells in another way stays what the file has."""
        written = dict[str, Any]()
        for one in held:
            text = _as_written(one)
            written.setdefault(spelt.get(text, text), one)
        yield from (Choice(written.get(one.word, one.word), one.called) for one in known)

    @staticmethod
    def enumerated(way: Schema, known: Sequence[Any], held: Sequence[Any]) -> Iterator[Choice]:
        """Each value once: an option such as `1` may be a text or a number, and stays what the file has."""
        told = way.get("enumDescriptions") or [""] * len(known)
        written = {str(one): one for one in held}
        seen = set[str]()
        for value, text in zip(known, told, strict=False):
            if str(value) not in seen:
                seen.add(str(value))
                label, _, help_ = text.partition(" - ")
                yield Choice(written.get(str(value), value), label or str(value), help_)

    # --- by the word ------------------------------------------------------------------------------------

    def _usual(self, found: Control, usual: Sequence[Choice], value: Any) -> Control:
        """One of what is usual; a length among it is a number with its unit, and goes back to the others."""
        if spans.split(found.value, "length") is not None:
            others = [
                (one.label, one.help, one.value)
                for one in usual
                if spans.split(str(one.value), "length") is None
            ]
            back = (*offers_to_set(found.place.path, others), *found.instead)
            return replace(self._span(found, "length"), instead=back)
        held = value if isinstance(value, bool) else found.value
        return select(found, usual, held)

    def _by_kind(self, found: Control, way: Schema) -> Control:
        kinds = _kinds(way)
        if kinds and kinds <= {"integer", "number"}:
            return replace(found, kind="number")
        examples = tuple(dict.fromkeys(map(str, way.get("examples", ()))))
        kind = _SPANS.get(str(way.get("shape")), "") or _span_like(examples)
        if kind and not found.takes_fields and spans.split(found.value, kind):
            return self._span(found, kind)
        if kind in {"day", "moment", "since"} and _DATE.fullmatch(found.value):
            return self._date(found)
        if found.value and _TIME.fullmatch(found.value) and _TIME.fullmatch(next(iter(examples), "")):
            return replace(found, kind="time")
        if _DATE.fullmatch(found.value) and _DATE.fullmatch(next(iter(examples), "")):
            return replace(found, kind="date")
        words = [one for one in examples if not _NUMBER.fullmatch(one)]
        if found.is_number and words and len(words) < len(examples):
            return self._number_or(found, words)
        return self._suggested(self._text(found), {one: self.words.called.get(one, one) for one in examples})

    def _number_or(self, found: Control, words: Sequence[str]) -> Control:
        """A number, where one of a few words may stand as well."""
        known = [Choice(one, self.words.called.get(one, one)) for one in words]
        itself = Choice(spans.NUMBER, self.words.say("form.as_number"))
        return replace(found, kind="unit", unit=spans.NUMBER, choices=(itself, *known))

    def _span(self, found: Control, kind: str, nothing: str = "") -> Control:
        """A number within a few words; `nothing` may stand instead of it."""
        more = [Choice(nothing, self.words.say("form.nothing"))] if nothing else []
        if kind in _DATED and _DATE.fullmatch(found.value):
            return self._date(found)
        known = ("", nothing) if nothing and found.value == nothing else spans.split(found.value, kind)
        if known is None and found.value:
            return self._text(found)
        number, pattern = known or ("", spans.PATTERNS[kind][0][0])
        beside = "" if pattern == nothing else pattern
        told = [Choice(*one) for one in spans.choices(kind, beside, self.words.language)]
        instead = found.instead
        if kind in _DATED:
            to_a_day = (self.words.say("form.a_day"), "", self.words.today)
            instead = (*offers_to_set(found.place.path, [to_a_day]), *instead)
        choices = (*told, *more)
        return replace(found, kind="unit", value=number, unit=pattern, choices=choices, instead=instead)

    def _date(self, found: Control) -> Control:
        back = offers_to_set(found.place.path, [(self.words.say("form.from_today"), "", "today")])
        return replace(found, kind="date", instead=(*back, *found.instead))

    @staticmethod
    def _text(found: Control) -> Control:
        if found.is_number:
            return replace(found, kind="number")
        path = found.place.path
        is_long = "\n" in found.value or len(found.value) > _LONG or (path and path[-1] in _BODIES)
        return replace(found, kind="long") if is_long else found

    def _suggested(self, found: Control, known: Mapping[str, str]) -> Control:
        """A text that is one of a few known ones is chosen from them; the last choice is to write another."""
        if found.kind == "long":
            return found
        if found.value not in known or not 1 < len(known) <= MOST_CHIPS:
            return replace(found, suggestions=tuple(known))
        choices = [Choice(one, called) for one, called in known.items()]
        other = Choice("", self.words.say("form.write_another"))
        return replace(found, kind="select", choices=(*choices, other))


def select(found: Control, known: Iterable[Choice], value: Any) -> Control:
    """One of some choices; what is none of them is kept, and said to be so."""
    choices = _with_unknown(list(known), [] if value is None else [value])
    blank = [Choice(None, "")] if value is None else []
    return replace(found, kind="select", choices=(*blank, *choices), value=value)


def shown(found: Control) -> str:
    """The value of a control as a person reads it there."""
    if found.kind == "unit":
        label = next((one.label for one in found.choices if one.value == found.unit), found.unit)
        text = label.replace("…", found.value) if "…" in label else f"{found.value} {label}"
        return text.strip() if spans.NUMBER in found.unit else label
    if found.kind in {"select", "chips"}:
        held = found.value if found.kind == "chips" else [found.value]
        return "、".join(one.label for one in found.choices if one.value in held)
    return found.label if found.kind == "check" else str(found.value)


def _with_unknown(known: list[Choice], held: Sequence[Any]) -> tuple[Choice, ...]:
    told = [one.value for one in known]
    return (*known, *(Choice(one, _as_written(one), is_unknown=True) for one in held if one not in told))


def _as_written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _span_of(fitting: Fitting, path: Path) -> str:
    """Which span fits a type; a number is one only where another word may stand instead of it."""
    if fitting.type in _AMOUNTS:
        return "number" if fitting.nothing else ""
    kind = _OF_TYPE.get(fitting.type, "") if fitting.type is not None else ""
    return "day" if kind == "moment" and _last_word(path) in _COMPARED else kind


def _span_like(examples: Sequence[str]) -> str:
    """What is meant where the examples are spans."""
    kinds = ("length", "period", "percent", "moment") if examples else ()
    return next((kind for kind in kinds if spans.split(examples[0], kind)), "")


def _last_word(path: Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _kinds(way: Schema) -> set[str]:
    kinds = way.get("type", ())
    return {kinds} if isinstance(kinds, str) else set(kinds)
