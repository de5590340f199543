"""The reference as Markdown: every word of the language and every code, or what one of them means."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.catalogue.described import vocabulary
from engine.catalogue.entries import Family, table
from engine.catalogue.samples import FILES
from engine.catalogue.titles import Titles, titles
from engine.conditions.comparisons import SCHEMAS as COMPARISONS
from engine.conditions.comparisons import comparisons_for
from engine.model.diagnostics import WrongUsage, nearest
from engine.model.entities import FieldType
from engine.texts import sketched

_FILES = {
    "workflow": (
        "workflow", "status", "once_per", "goal", "stop_when", "control_group", "limit", "first", "guard",
        "test", "expect", "later",
    ),
    "model": (
        "model", "people", "tasks", "module", "counts_as", "field", "label", "type", "computed", "case",
    ),
    "tables": ("table",),
    "segments": ("segment", "list"),
    "scores": ("score", "dimension", "indicator", "point", "band"),
    "template": ("template", "class", "version", "form"),
    "partial": ("partial",),
    "workspace": (
        "workspace", "language", "publish", "second_person", "channel", "kind", "security", "in_doubt",
        "quiet_hours", "contact_budget", "recording", "events", "guards", "exclusions", "from", "capacity",
        "simulation", "response", "to", "receipt",
    ),
    "calendar": ("calendar", "weekday"),
}  # fmt: skip
"""The kinds of files and the families of words that stand in each."""
_OF_TRIGGERS = ("trigger_option", "when", "catch_up", "overlap")
_OF_CONDITIONS = ("option", "per", "if_missing", "comparison")
_OF_ACTIONS = ("step", "branch", "pick", "value", "person", "way")


def reference(language: str, word: str | None = None) -> str:
    """The whole reference, or the entries of one word (`update_field`, 更新字段) or code (W203)."""
    texts = titles(language)
    if word is None:
        title, about, *parts = _whole(texts)
        return "\n\n".join([title, about, _contents(parts, texts), *parts]) + "\n"
    found = [*_entries(word, texts), *_code(word, texts)]
    if not found:
        known = [name for family in vocabulary().values() for name in family]
        raise WrongUsage("W920", value=word, nearest=nearest(word, [*known, *_known_codes(texts)]))
    return "\n\n".join(found) + "\n"


def _whole(texts: Titles) -> Iterator[str]:
    say = texts.phrase
    yield f"# {say('title')}"
    yield say("about")
    yield from _file("workflow", texts)
    yield f"## {say('triggers')}"
    yield from _family("trigger", texts)
    yield from _subtables(_OF_TRIGGERS, texts)
    yield f"## {say('conditions')}"
    yield from _family("subject", texts)
    yield from _family("group", texts)
    yield from _subtables(_OF_CONDITIONS, texts)
    yield f"### {say('fits')}"
    yield _fits(texts)
    yield f"## {say('actions')}"
    yield from _family("action", texts)
    yield from _subtables(_OF_ACTIONS, texts)
    yield f"## {say('shapes')}"
    yield Family("shape", texts).listing()
    yield f"## {say('texts')}"
    yield say("texts_about")
    yield "```\n{{ 联系人 | or('您') }}\n```"
    yield Family("filter", texts).listing()
    for kind in [one for one in _FILES if one != "workflow"]:
        yield from _file(kind, texts)
    if _known_codes(texts):
        yield f"## {say('codes')}"
        yield _codes(texts)


def _file(kind: str, texts: Titles) -> Iterator[str]:
    yield f"## {texts.title('file', kind)}"
    yield texts.help("file", kind)
    yield f"```yaml\n{FILES[kind]}```"
    first, *others = _FILES[kind]
    yield Family(first, texts).listing()
    yield from _subtables(others, texts)


def _contents(parts: list[str], texts: Titles) -> str:
    """The sections with the words that are told one by one in them, as links."""
    heads = [found for part in parts if (found := re.match(r"(##+) (.*)", part))]
    lines: list[str] = [f"## {texts.phrase('contents')}\n"]
    for head in heads:
        link = f"[{head[2].partition(' · ')[0]}](#{anchor(head[2])})"
        if head[1] == "##":
            lines.append(f"- {link}")
        elif " · " in head[2]:
            lines[-1] += f" {link}"
    return "\n".join(lines)


def anchor(head: str) -> str:
    """Where a link to a heading leads, as GitHub and its like make it."""
    return re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-")


def _family(name: str, texts: Titles) -> Iterator[str]:
    family = Family(name, texts)
    yield from (family.entry(word) for word in family.words)


def _subtables(names: tuple[str, ...] | list[str], texts: Titles) -> Iterator[str]:
    for name in names:
        yield f"### {texts.phrase(f'families.{name}')}"
        yield Family(name, texts).listing()


def _fits(texts: Titles) -> str:
    rows = []
    for kind in FieldType:
        fitting = comparisons_for(kind)
        words = " ".join(f"`{word}`" for word in COMPARISONS if word in fitting)
        rows.append([f"`{kind}` {texts.title('type', kind)}", words])
    return table([texts.phrase("type"), texts.phrase("comparisons")], rows)


def _codes(texts: Titles) -> str:
    heads = [texts.phrase(key) for key in ("code", "says", "hint")]
    return table(heads, ([code, *_told(code, texts)] for code in _known_codes(texts)))


def _known_codes(texts: Titles) -> list[str]:
    return [code for code in texts.texts.codes() if re.fullmatch(r"W\d{3}", code)]


def _told(code: str, texts: Titles) -> list[str]:
    """Messages and hints of a code, each once."""
    parts: dict[str, list[str]] = {"message": [], "hint": []}
    for part, text in texts.texts.choices(code):
        shown = _without_facts(text)
        if shown and shown not in parts[part]:
            parts[part].append(shown)
    return ["<br>".join(parts["message"]), "<br>".join(parts["hint"])]


def _without_facts(text: str) -> str:
    return " ".join(sketched(text).split())


def _entries(word: str, texts: Titles) -> Iterator[str]:
    for name, words in vocabulary().items():
        for one in words:
            if word in {one, texts.title(name, one)}:
                yield Family(name, texts).entry(one, 2)


def _code(word: str, texts: Titles) -> Iterator[str]:
    if word.upper() in _known_codes(texts):
        message, hint = _told(word.upper(), texts)
        yield f"## {word.upper()}\n\n{message}\n\n{hint}".strip().replace("<br>", "\n")
