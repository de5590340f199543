"""Inside a text, `{{ 客户` and `| o` and `{% fo`: the fields, filters and words of the dialect of texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.assist.about import About
from engine.assist.halfway import Halfway
from engine.assist.offers import Offer
from engine.catalogue.titles import titles
from engine.model.entities import Field, FieldType, Module
from engine.text import FILTERS

_OPEN = re.compile(r"(\{\{|\{%)(?:(?!\}\}|%\}).)*$", re.DOTALL)
_FILTER = re.compile(r"\|\s*(\w*)$")
_PATH = re.compile(r"[\w.]*$")
_TAG = re.compile(r"\{%-?\s*(\w*)$")
_LOOPED = re.compile(r"\{%-?\s*for\s+(\w+)\s+in\s+(\w+)")
_FOR_IN = re.compile(r"\{%-?\s*for\s+\w+\s+in\s+(\w*)$")
_INCLUDE = re.compile(r"""\{%-?\s*include\s+["']([^"']*)$""")
_TAGS = {
    "if": "if ${} %}{% endif",
    "elif": "elif ${}",
    "else": "else",
    "endif": "endif",
    "for": "for ${one} in ${} %}{{ ${one}. }}{% endfor",
    "endfor": "endfor",
    "include": 'include "${}"',
}
_WITH_PLACES = {
    "or": "or('${您}')",
    "truncate": "truncate(${20})",
    "replace": "replace('${}', '${}')",
    "round": "round(${2})",
    "newest": "newest(${3})",
}
"""Filters with what goes into their brackets."""
_BESIDES = ("owner", "supervisor", "to")
"""Words of texts that stand for a person, whose fields follow a dot."""


def complete_text(about: About, half: Halfway, column: int) -> tuple[int, list[Offer]] | None:
    """From which column on what may be written, where the cursor is between the braces of a text."""
    opened = _OPEN.search(half.before)
    if half.role == "text" and opened is None:
        return column, []
    if opened is None:
        return None
    begun = opened.group()
    for pattern, offers in ((_TAG, _tags), (_FILTER, _filters), (_FOR_IN, _relations), (_INCLUDE, _partials)):
        found = pattern.search(begun)
        if found:
            return column - len(found[1]), list(offers(about))
    word = _PATH.search(begun)
    written = word.group() if word else ""
    return column - len(written.rpartition(".")[2]), list(names_of(about, written, _loops(half.before)))


def names_of(about: About, written: str, loops: dict[str, str]) -> Iterator[Offer]:
    """The names that a path in a text may begin or go on with; `loops` are the names that `for` gives."""
    roots = written.split(".")[:-1]
    if not roots:
        yield from (
            Offer(one.name, one.detail) for one in about.fields(links=False) if one.name.isidentifier()
        )
        texts = titles(about.language)
        yield from (Offer(name, texts.title("person", name)) for name in _BESIDES if name != "to")
        yield Offer("to", texts.title("send_template", "to"))
        yield Offer("today")
        yield from (Offer(name) for name in loops)
        return
    for module in _modules_at(about, roots, loops):
        for one in module.fields.values():
            name = one.labels.of(about.language)
            if name.isidentifier():
                kind = titles(about.language).title("type", one.type)
                yield Offer(name, f"{kind} · {module.labels.of(about.language)}")


def field_named(about: About, written: str, before: str) -> tuple[Field, Module] | None:
    """The field that a path in a text means, and its module."""
    *roots, last = written.split(".")
    if not roots:
        return about.field(last)
    for module in _modules_at(about, roots, _loops(before)):
        one = module.field(last)
        if one is not None:
            return one, module
    return None


def _modules_at(about: About, roots: list[str], loops: dict[str, str]) -> list[Module]:
    """The modules whose fields may follow the dot behind some names."""
    first, rest = roots[0], roots[1:]
    people = about.model.people
    if first in loops:
        related = about.relation(about.module(), loops[first])
        found = [related] if related else []
    elif first in _BESIDES and people is not None:
        found = [about.model.modules[people.module], *(about.modules() if first == "to" else ())]
    else:
        found, rest = about.modules(), roots
    for name in rest:
        links = [one.field(name) for one in found]
        found = [about.model.linked(one) for one in links if one is not None and one.type is FieldType.LINK]
    return found


def _loops(before: str) -> dict[str, str]:
    """The names that `for` gives to each record, and the relation they go over."""
    return {found[1]: found[2] for found in _LOOPED.finditer(before)}


def _tags(about: About) -> Iterator[Offer]:
    texts = titles(about.language).texts
    for word, insert in _TAGS.items():
        yield Offer(word, texts.say(f"assist.tag.{word}"), "", insert)


def _filters(about: About) -> Iterator[Offer]:
    told = titles(about.language)
    for name, one in FILTERS.items():
        insert = _WITH_PLACES.get(name, "") if one.arguments else ""
        yield Offer(name, told.title("filter", name), told.help("filter", name), insert)


def _relations(about: About) -> Iterator[Offer]:
    return (Offer(one.name, one.detail) for one in about.relations())


def _partials(about: About) -> Iterator[Offer]:
    return (Offer(name) for name in about.workspace.partials)
