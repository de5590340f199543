"""What the editor says: in both languages, with the punctuation of each, and nothing that nobody says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from engine import LANGUAGES

EDITOR = Path(__file__).parents[2] / "editor"
SAID = re.compile(r"""(?<!_)say\(\s*f?["']([\w.]+)["']""")
BEGUN = re.compile(r"""say\(\s*(?:f["']([\w.]+)\{|["']([\w.]+\.)["'] ~ )""")


def texts(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((EDITOR / "texts" / language).glob("*.toml")):
        _flat(tomllib.loads(path.read_text("utf-8")), "", found)
    return found


def _flat(tree: dict[str, Any], before: str, found: dict[str, str]) -> None:
    for key, value in tree.items():
        if isinstance(value, dict):
            _flat(value, f"{before}{key}.", found)
        else:
            found[f"{before}{key}"] = value


def sources() -> str:
    files = [*EDITOR.rglob("*.py"), *(EDITOR / "templates").rglob("*.html")]
    return "\n".join(path.read_text("utf-8") for path in files)


def test_both_languages_say_the_same() -> None:
    zh, en = texts("zh"), texts("en")

    assert set(zh) == set(en)
    facts = re.compile(r"\{(\w+)")
    assert [key for key in zh if set(facts.findall(zh[key])) != set(facts.findall(en[key]))] == []


def test_everything_that_is_said_has_a_text_and_every_text_is_said() -> None:
    written = sources()
    said = set(SAID.findall(written))
    begun = tuple(filter(None, (one or other for one, other in BEGUN.findall(written))))
    # `failed` says its keys through a function of its own, which puts the word before.
    said |= {f"failed.{key}" for key in re.findall(r'_say\("(\w+)"', written)}
    begun += ("failed.status_",)
    known = set(texts("zh"))

    assert sorted(key for key in said - known if not key.endswith(".") and not _of_engine(key)) == []
    assert sorted(key for key in known - said if not key.startswith(begun)) == []


def _of_engine(key: str) -> bool:
    from engine import Texts

    try:
        Texts.of("zh").say(key)
    except KeyError as missing:
        return missing.args[0] != key and key.partition(".")[0] not in texts("zh")
    return True


def test_a_thing_has_one_name() -> None:
    """Those that are rejected are in the table of docs/editor-contract.md."""
    table = (EDITOR.parent / "docs" / "editor-contract.md").read_text("utf-8").partition("## 8. ")[2]
    rows = [line.rsplit("|", 2)[1] for line in table.splitlines() if line.startswith("|")]
    rejected = [word for row in rows for word in re.findall("`([^`]+)`", row)]
    said = {f"{language} {key}": text for language in LANGUAGES for key, text in texts(language).items()}

    def names(text: str, word: str) -> bool:
        return text == word[1:] if word[0] == "=" else word in text

    assert [(key, word) for word in rejected for key, text in said.items() if names(text, word)] == []
    assert len(rejected) > 20


def test_chinese_has_chinese_punctuation() -> None:
    half_width = re.compile(r"[\u4e00-\u9fff”][,;:!?] ?[\u4e00-\u9fff“]|[\u4e00-\u9fff]\(")

    assert [text for text in texts("zh").values() if half_width.search(text)] == []


def test_english_has_no_chinese() -> None:
    chinese = re.compile("[，。；：！？“”、（）\u4e00-\u9fff]")

    assert [key for key, text in texts("en").items() if chinese.search(text)] == ["page.chinese"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_templates_say_nothing_in_a_language_of_their_own(language: str) -> None:
    pages = "\n".join(path.read_text("utf-8") for path in (EDITOR / "templates").rglob("*.html"))

    assert [sign for sign in re.findall(r"[\u4e00-\u9fff]+", pages) if language] == []
