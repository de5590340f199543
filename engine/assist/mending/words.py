"""Fixes of words and names: what was misspelt, what it is called here, what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from engine.assist.mending.lines import remove_entry
from engine.assist.mending.source import Case, Fix
from engine.model.diagnostics import nearest
from engine.model.document import Span
from engine.model.entities import BETWEEN_LANGUAGES
from engine.versions import TABLES

_ALIKE, _APART = 0.75, 0.1
"""From this likeness on a word is certain, where no other is nearly as like."""
_MOST_CHOICES = 6
_BESIDE = {"then", "else", "within", "otherwise", "answers"}
"""Keys that are missed at the verb that they belong to, not inside of it."""
_USUAL = {
    "trigger": '{every: day, at: "01:00"}',
    "if_missing": "no_match",
    "to": "owner",
    "within": "7 days",
    "because": '"…"',
    "subject": '"…"',
    "text": '"…"',
    "question": '"…"',
    "at": '"01:00"',
    "day": "1",
    "share": "10 %",
    "via": "email",
    "kind": "inbox",
    "class": "service",
    "expect": "started",
}
"""What is written behind a key that was missing."""


def nearest_word(case: Case) -> Iterator[Fix]:
    """A word that is nearly right; else those there are, when they are few."""
    wrong = case.fact("value") or case.fact("key")
    right, known = case.fact("nearest"), _known(case)
    begin = case.find(wrong)
    if begin < 0 or (case.at.file == TABLES and case.one.code == "W203"):
        return  # what a table goes by stands in every row as well
    if not right and len(known) > _MOST_CHOICES:
        right = nearest(wrong, known)
    if right:
        yield _replaced(case, begin, wrong, right, is_certain=_is_only(wrong, right, known))
    elif 0 < len(known) <= _MOST_CHOICES:
        yield from (_replaced(case, begin, wrong, one) for one in known if one != wrong)


def _replaced(case: Case, begin: int, wrong: str, right: str, *, is_certain: bool = False) -> Fix:
    return Fix("replace", case.put(begin, begin + len(wrong), right), is_certain, {"text": right})


def _known(case: Case) -> list[str]:
    first = case.fact("known").split(BETWEEN_LANGUAGES)[0]
    return [one for one in first.split("、") if one]


def _is_only(wrong: str, right: str, known: Iterable[str]) -> bool:
    """Whether no other word could well have been meant; it takes the list of all to say so."""
    others = [_likeness(wrong, one) for one in known if one != right]
    best = _likeness(wrong, right)
    return bool(others) and best >= _ALIKE and max(others) <= best - _APART


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.casefold(), other.casefold(), autojunk=False).ratio()


def column_of_table(case: Case) -> Iterator[Fix]:
    """W261: `沉默门槛.首次`, where the table is there and the column is not."""
    wrong = case.fact("value")
    begin = case.find(wrong)
    table = wrong.partition(".")[0]
    wanted = [case.fact("nearest")] if case.fact("nearest") else _known(case)[:_MOST_CHOICES]
    for one in wanted if begin >= 0 else ():
        yield _replaced(case, begin, wrong, f"{table}.{one}")


def option(case: Case) -> Iterator[Fix]:
    """W205: an option that there is not; several of them in one word."""
    if case.kind != "comma":
        yield from nearest_word(case)
        return
    wrong, right = case.fact("value"), case.fact("nearest")
    begin = case.find(wrong)
    if begin < 0:
        return
    text = (
        right
        if case.here[begin - 1 : begin] in {"[", " "} and case.group(begin) and _is_listed(case, begin)
        else f"[{right}]"
    )
    yield Fix("replace", case.put(begin, begin + len(wrong), text), is_certain=True, facts={"text": text})


def _is_listed(case: Case, begin: int) -> bool:
    group = case.group(begin)
    return group is not None and case.here[group[0]] == "["


def elsewhere(case: Case) -> Iterator[Fix]:
    """W121: a word of another product."""
    right, begin = case.fact("nearest"), case.begin
    key = case.fact("key")
    if case.kind == "comment":
        last = case.last_of(case.at.line, case.indent(case.at.line))
        lines = [f"# {case.line(place)}" for place in range(case.at.line, last + 1)]
        if not case.here[:begin].strip():
            yield Fix("comment", case.put_lines(case.at.line, last, lines))
        return
    if case.here[begin : begin + len(key)] != key or "…" in right:
        return
    if ":" not in right:
        yield _replaced(case, begin, key, right)
        return
    end = case.end_of_value(begin)
    if not re.search(r":\s*$", case.here[begin:end]) and "A, B" not in right:
        yield Fix("replace", case.put(begin, end, right), facts={"text": right})


def missing_key(case: Case) -> Iterator[Fix]:
    """W211: a key that has to be there, with what is usual behind it."""
    key = case.fact("key")
    entry = f"{key}: {_usual(key, case)}".rstrip()
    if key in _BESIDE:
        yield from _beside(case, entry)
        return
    is_key = re.match(r"[^\s:]+\s*:", case.here[case.begin :]) and case.at.end_column - case.at.column > 1
    opened = case.here.find("{", case.begin) if is_key else case.begin
    if opened >= 0 and case.here[opened : opened + 1] == "{":
        group = case.group(opened + 1)
        if group and group[1] < len(case.here):
            lead = "" if not case.here[group[0] + 1 : group[1]].strip() else ", "
            yield Fix("add", case.put(group[1], group[1], f"{lead}{entry}"), facts={"text": entry})
        return
    if is_key:
        below = case.at.line + 1
        indent = case.indent(below) if case.indent(below) > case.indent(case.at.line) else case.begin + 2
        yield Fix("add", case.put(0, 0, f"{' ' * indent}{entry}\n", line=below), facts={"text": entry})
        return
    end = len(case.here)
    last = case.last_of(case.at.line, case.begin)
    edit = case.put(len(case.line(last)), len(case.line(last)), f"\n{' ' * case.begin}{entry}", line=last)
    if case.begin < end:
        yield Fix("add", edit, facts={"text": entry})


def _beside(case: Case, entry: str) -> Iterator[Fix]:
    """A key that stands beside the one pointed to."""
    group = case.group(case.begin)
    if group and group[1] < len(case.here):
        yield Fix("add", case.put(group[1], group[1], f", {entry}"), facts={"text": entry})
    else:
        last = case.last_of(case.at.line, case.begin)
        end, indent = len(case.line(last)), " " * case.begin
        yield Fix("add", case.put(end, end, f"\n{indent}{entry}", line=last), facts={"text": entry})


def _usual(key: str, case: Case) -> str:
    stem = PurePosixPath(case.at.file).stem
    return stem if key in {"id", "name"} and case.at.column == 1 else _USUAL.get(key, "")


def if_missing(case: Case) -> Iterator[Fix]:
    """W240: what an empty value means is to be said."""
    for word in ("no_match", "match"):
        entry = f"if_missing: {word}"
        if case.here[case.begin : case.begin + 1] == "{":
            group = case.group(case.begin + 1)
            if group and group[1] < len(case.here):
                yield Fix("add", case.put(group[1], group[1], f", {entry}"), facts={"text": entry})
        else:
            edit = case.put(len(case.here), len(case.here), f"\n{' ' * case.begin}{entry}")
            yield Fix("add", edit, facts={"text": entry})


def unknown(case: Case) -> Iterator[Fix]:
    """W214: a key that means nothing there."""
    key = case.fact("key")
    if case.kind == "thousands":
        right = case.fact("nearest")
        for found in re.finditer(r"\d{1,3}(?:, ?\d{3})+(?:\.\d+)?", case.here):
            if found.start() <= case.begin < found.end() and right:
                yield Fix("replace", case.put(found.start(), found.end(), right), facts={"text": right})
        return
    if case.kind == "subject":
        if case.group(case.begin):
            text = f"field: {key}, is"
            yield Fix("replace", case.put(case.begin, case.begin + len(key), text), facts={"text": text})
        return
    if case.pointed == key:
        yield from remove_entry(case)


def comparison(case: Case) -> Iterator[Fix]:
    """W234: a comparison that is not for this type; those that are for all types come first."""
    wrong = case.fact("word")
    begin = case.here.rfind(f"{wrong}:", 0, case.at.end_column)
    for word in _known(case)[:2] if begin >= 0 else ():
        if word not in {"is_empty", "has"}:
            yield _replaced(case, begin, wrong, word)


def unwanted(case: Case) -> Iterator[Fix]:
    """A key that has no effect there."""
    key = case.fact("key")
    place = case.here.rfind(f"{key}:", 0, case.at.end_column)
    if key and place >= 0:
        at = Span(case.at.file, case.at.line, place + 1, case.at.line, place + 1 + len(key))
        yield from remove_entry(Case(replace(case.one, at=at), case.text))
