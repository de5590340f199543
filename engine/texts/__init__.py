"""What people read: a language and a key (or a code with its facts) go in, a text comes out.

Every *.toml file of a language folder is read, once, and laid together. `{name}` is a place for a fact, `{{`
a brace; `{count:record|records}` is the first of two words where the fact is 1, else the second. A code's
`message` or `hint` may be a list: the first is taken whose facts are all known. A fact `kind` chooses the
texts under `[W104.kinds.tab]` instead of those under `[W104]`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from engine.texts.system import name_of

LANGUAGES = ("zh", "en")
TRANSLATED = frozenset({"type", "expected", "found", "part"})
"""Facts that hold words of the program, `|` between them: `[types]` says what people call them."""
BETWEEN_LANGUAGES = "\x1f"
"""A fact may hold its Chinese and its English form, with this between them (model.entities.Labels.told)."""
LISTED = "known"
"""The fact that holds a list, `、` between its entries."""
REASON = "reason"
"""The fact that holds what somebody else says of a failure, in their own words."""
SAID = frozenset({REASON, "answer"})
"""Facts that may hold what the system says in English: the reader is told it in their own language."""

KEYS = frozenset({"record", "records", "id", "key", "title"})
"""Facts that name records: told sign by sign, line ends too."""
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069\ufeff]")
"""Signs that nobody sees, or that move others about."""
_CODE = re.compile(r"W\d{3}")
_LONGEST_VALUE = 60
_LONGEST_REASON = 200
"""What others say of a failure, such as a database: it is what there is to go by."""
_LONGEST_LIST = 15


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language."""

    language: str
    _tree: Mapping[str, Any]

    @staticmethod
    def of(language: str) -> Texts:
        """The texts of `zh` or `en`."""
        return _load(language)

    def with_folder(self, folder: Path) -> Texts:
        """These texts and those of another folder, which holds one of each language."""
        return Texts(self.language, _laid(folder / self.language, deepcopy(dict(self._tree))))

    def message(self, code: str, facts: Mapping[str, str]) -> str:
        """What is wrong; KeyError when a fact is not given."""
        choices = _choices(self._entry(code, facts)["message"])
        fitting = next((text for text in choices if _is_known(text, facts)), choices[-1])
        return _filled(fitting, self._shown(facts))

    def hint(self, code: str, facts: Mapping[str, str]) -> str:
        """The next thing to type; empty when there is nothing to say."""
        choices = _choices(self._entry(code, facts).get("hint", ""))
        fitting = next((text for text in choices if _is_known(text, facts)), "")
        return _filled(fitting, self._shown(facts))

    def say(self, key: str, /, **facts: object) -> str:
        """The text under a dotted key, such as `plan.title`; KeyError when it or a fact is not there."""
        found: Any = self._tree
        for part in key.split("."):
            found = found[part]
        if not isinstance(found, str):
            raise KeyError(key)
        keys = {name: visible(str(facts[name])) for name in KEYS & facts.keys()}
        return _filled(found, {**facts, **keys} if keys else facts)

    def codes(self) -> tuple[str, ...]:
        """Every code that has texts."""
        return tuple(sorted(filter(_CODE.fullmatch, self._tree)))

    def choices(self, code: str) -> Iterable[tuple[str, str]]:
        """Every text of a code, each with its part: `message` or `hint`."""
        entry = self._tree[code]
        for one in (entry, *entry.get("kinds", {}).values()):
            for part in ("message", "hint"):
                yield from ((part, text) for text in _choices(one.get(part, "")))

    def _entry(self, code: str, facts: Mapping[str, str]) -> Mapping[str, Any]:
        entry: Mapping[str, Any] = self._tree[code]
        return {**entry, **entry.get("kinds", {}).get(facts.get("kind", ""), {})}

    def _shown(self, facts: Mapping[str, str]) -> dict[str, str]:
        return {name: self._fact(name, value) for name, value in facts.items()}

    def _fact(self, name: str, value: str) -> str:
        zh, _, en = value.partition(BETWEEN_LANGUAGES)
        value = en if en and self.language == "en" else zh
        if name in TRANSLATED:
            words = [self._tree["types"].get(word, word) for word in value.split("|")]
            return str(self._tree["types"]["or"]).join(dict.fromkeys(words))
        separator: str = self._tree["types"]["list"]
        if name == LISTED:
            entries = visible(value).split("、")
            rest = "…" if len(entries) > _LONGEST_LIST else ""
            return separator.join([*entries[:_LONGEST_LIST], rest] if rest else entries)
        told = self._said(value) if name in SAID else value
        line = visible(told if name in KEYS else " ".join(told.split()))
        longest = _LONGEST_REASON if name == REASON else _LONGEST_VALUE
        return line if len(line) <= longest else f"{line[:longest]}…"

    def _said(self, value: str) -> str:
        """What the system says, in this language; all other words stay as they are."""
        found = name_of(value)
        if found is None:
            return value
        reasons, (name, what) = self._tree["reasons"], found
        told = str(reasons[name])
        return str(reasons["of"]).format(what=what, reason=told) if what else told


def visible(text: str) -> str:
    """A text in which line ends, control characters and their like are seen, as a programmer writes them."""
    return _UNSEEN.sub(lambda sign: sign[0].encode("unicode_escape").decode(), text)


class _Counting(Formatter):
    """Fills a text in which a number chooses between two words."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        one, is_choice, many = format_spec.partition("|")
        if is_choice:
            return one if str(value) == "1" else many
        return super().format_field(value, format_spec)


_COUNTING = _Counting()


def _filled(text: str, facts: Mapping[str, Any]) -> str:
    """A text with its facts; most have no words to choose, and are filled the quicker way."""
    return _COUNTING.vformat(text, (), facts) if "|" in text else text.format_map(facts)


def placeholders(text: str) -> frozenset[str]:
    """The facts that a text has places for."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


def sketched(text: str) -> str:
    """A text with … where its facts stand; of two words the one for many."""
    pieces = (
        literal + ("" if name is None else (spec or "").partition("|")[2] or "…")
        for literal, name, spec, _ in Formatter().parse(text)
    )
    return "".join(pieces)


def _choices(written: str | list[str]) -> list[str]:
    return [written] if isinstance(written, str) else written


def _is_known(text: str, facts: Mapping[str, str]) -> bool:
    return all(facts.get(name) for name in placeholders(text))


@lru_cache(maxsize=len(LANGUAGES))
def _load(language: str) -> Texts:
    if language not in LANGUAGES:
        raise KeyError(language)
    return Texts(language, _laid(Path(__file__).parent / language, {}))


def _laid(folder: Path, tree: dict[str, Any]) -> dict[str, Any]:
    for path in sorted(folder.glob("*.toml")):
        _lay(tomllib.loads(path.read_text(encoding="utf-8")), tree)
    return tree


def _lay(more: Mapping[str, Any], tree: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(tree.get(key), dict):
            _lay(value, tree[key])
        elif key in tree:
            raise ValueError(f"said twice: {key}")
        else:
            tree[key] = value
