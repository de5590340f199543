"""Hover: what the word at a place means: its title, a sentence, an example; a field, a table, a schedule."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from engine.assist.about import About
from engine.assist.clock_words import cron_in_words
from engine.assist.completing import about_of, line_of, places_of
from engine.assist.facets import Facet, Places
from engine.assist.halfway import Halfway, read_halfway
from engine.assist.in_texts import field_named
from engine.assist.names import keys_named, values_named
from engine.assist.offers import told_of
from engine.assist.shown import field_html, module_html, paragraphs, table_html
from engine.catalogue.titles import titles
from engine.cron import cron_of, cron_problem, next_times
from engine.text import FILTERS
from engine.workspace import Workspace

_BRACES = re.compile(r"\{\{.*?(?:\}\}|$)|\{%.*?(?:%\}|$)")
_WORD = re.compile(r"[\w.]+")
_COUNT = 5
_NAMES = {"field", "date_field"}
_RELATED = {"relation", "related_field"}


def hover(  # noqa: PLR0917 - as an editor asks; every part is of another kind
    workspace: Workspace,
    file: str,
    text: str,
    line: int,
    column: int,
    language: str,
    *,
    at: datetime | None = None,
) -> dict[str, Any] | None:
    """What the word at a place means: `{line, column, end_line, end_column, html}`, or None.

    The HTML is safe to be shown as it is. `at` is the moment from which next times are counted.
    """
    half = read_halfway(text, line, column)
    about = about_of(workspace, file, half, language)
    told = _in_text(about, line_of(text, line), column)
    if told is None and half.role not in {"none", "text"} and half.before + half.after:
        begin, html = column - len(half.before), _html(about, half, at)
        told = (begin, column + len(half.after), html) if html else None
    if told is None:
        return None
    begin, end, html = told
    return {"line": line, "column": begin, "end_line": line, "end_column": end, "html": html}


def _html(about: About, half: Halfway, at: datetime | None) -> str:
    places = places_of(about)
    word = (half.before + half.after).strip("\"'").strip()
    if half.role == "key":
        return _key(about, places, half, word)
    facets = places.at(about.data, half.path)
    if half.role == "block" and not half.is_listed:
        known = places.keys(about.data, half.path).get(word)
        if known:
            return _word(word, known)
    return _value(about, facets, word, at)


def _key(about: About, places: Places, half: Halfway, word: str) -> str:
    if keys_named(about, half.path) is not None:
        return _field(about, word)
    facets = places.keys(about.data, half.path).get(word) or places.at(about.data, (*half.path, word))
    return _word(word, facets)


def _word(word: str, facets: Sequence[Facet]) -> str:
    """A word of the language with its title, its sentence and its example."""
    title, sentence = told_of(facets)
    example = next(
        (one.schema["markdownDescription"] for one in facets if "markdownDescription" in one.schema), ""
    )
    found = re.search(r"```yaml\n(.*?)\n```", str(example), re.DOTALL)
    return paragraphs(title, word, [sentence], found[1] if found else "") if title else ""


def _value(about: About, facets: Sequence[Facet], word: str, at: datetime | None) -> str:
    shapes = {one.shape for one in facets}
    key = next((part for part in reversed(about.path) if isinstance(part, str)), "")
    if shapes & _NAMES:
        return _field(about, word)
    if shapes & _RELATED:
        return _related(about, word)
    if key == "schedule":
        return _schedule(about, word, at)
    if key == "table" and (table := about.workspace.tables.get(word.rpartition(".")[0] or word)):
        return table_html(about, table, word.partition(".")[2])
    if key in {"module", "to"} and (module := about.model.module(word)) is not None:
        return module_html(module, about.language)
    for one in facets:
        described = dict(
            zip(one.schema.get("enum", ()), one.schema.get("enumDescriptions", ()), strict=False)
        )
        if word in described:
            title, _, sentence = described[word].partition(" - ")
            return paragraphs(title, word, [sentence])
    named = {one.name: one for one in values_named(about, about.path, shapes) or () if one.detail}
    if word in named and named[word].field is None and key not in {"is", "is_not", "from", "to"}:
        return paragraphs(named[word].detail, word, [named[word].info])
    block = about.block()
    return _field(about, str(block["field"])) if "field" in block and key in {"is", "is_not", "from"} else ""


def _field(about: About, word: str) -> str:
    found = about.field(word)
    return "" if found is None else field_html(*found, about)


def _related(about: About, word: str) -> str:
    name, _, inner = word.partition(".")
    module = about.relation(about.module(), name)
    if module is None:
        return ""
    one = module.field(inner) if inner else None
    return field_html(one, module, about) if one else module_html(module, about.language)


def _schedule(about: About, expression: str, at: datetime | None) -> str:
    """A cron text in words, with the next five times."""
    if cron_problem(expression) is not None:
        return ""
    texts, zone = (
        titles(about.language).texts,
        str(about.block().get("timezone") or about.workspace.settings.zone),
    )
    try:
        times = next_times(cron_of(expression, zone), at or datetime.now(UTC), _COUNT)
    except (ValueError, KeyError, OSError):  # no such zone: the check says so
        return ""
    days = [f"{one:%Y-%m-%d %H:%M} {texts.say(f'phrase.trigger.{one:%A}'.lower())}" for one in times]
    words = cron_in_words(expression, texts)
    return paragraphs(words, expression, [texts.say("assist.hover.next", zone=zone)], "\n".join(days))


def _in_text(about: About, line: str, column: int) -> tuple[int, int, str] | None:
    """A field or filter between the braces of a text."""
    for braces in _BRACES.finditer(line):
        if not braces.start() < column <= braces.end():
            continue
        for one in _WORD.finditer(line, braces.start(), braces.end()):
            if one.start() < column <= one.end() + 1:
                is_filter = line[: one.start()].rstrip().endswith("|")
                html = _filter(about, one[0]) if is_filter else _in_braces(about, one[0], line)
                return (one.start() + 1, one.end() + 1, html) if html else None
    return None


def _in_braces(about: About, word: str, line: str) -> str:
    found = field_named(about, word, line)
    return field_html(*found, about) if found else ""


def _filter(about: About, word: str) -> str:
    if word not in FILTERS:
        return ""
    told = titles(about.language)
    return paragraphs(told.title("filter", word), FILTERS[word].usage, [told.help("filter", word)])
