"""The texts of all codes: complete in both languages, fed by the code, short, well punctuated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine import texts
from engine.load import load_file
from engine.model import entities
from engine.model.diagnostics import Diagnostic, Problems, Severity
from engine.model.document import Document, Span
from engine.report.diagnostics import diagnostics_json, display_width, render_diagnostics, render_github
from engine.texts import LANGUAGES, Texts, placeholders

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for folder in ("engine", "editor") for path in (ROOT / folder).rglob("*.py"))
CODE = re.compile(r"W\d{3}")
CODES = Texts.of("zh").codes()
LONGEST = {"zh": 60, "en": 90}
CHOICE = re.compile(r"\{\w+:[^|{}]*\|([^{}]*)\}")
"""Two words of which a number chooses; the second stands for many."""


@dataclass(frozen=True)
class Call:
    """A place in the code that says a code: the facts it gives, and whether it may give more."""

    place: str
    facts: frozenset[str]
    is_open: bool


def codes_in(node: ast.expr) -> Iterator[str]:
    """The codes an argument may be: a constant, or one of two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from codes_in(node.body)
        yield from codes_in(node.orelse)


def facts_in(call: ast.Call) -> tuple[set[str], bool]:
    """Names of facts given by keywords and dictionaries, also of a call inside; open with `**`."""
    names = {keyword.arg for keyword in call.keywords if keyword.arg}
    is_open = any(keyword.arg is None for keyword in call.keywords)
    for argument in call.args:
        if isinstance(argument, ast.Dict):
            names |= {key.value for key in argument.keys if isinstance(key, ast.Constant)}
        elif isinstance(argument, ast.Call):
            inner, opened = facts_in(argument)
            names |= inner
            is_open |= opened
    return names, is_open


def calls() -> dict[str, list[Call]]:
    found: dict[str, list[Call]] = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") != "get":
                facts, is_open = facts_in(node)
                for code in (code for argument in node.args for code in codes_in(argument)):
                    place = f"{path.relative_to(ROOT)}:{node.lineno}"
                    found.setdefault(code, []).append(Call(place, frozenset(facts), is_open))
    return found


CALLS = calls()


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_have_exactly_the_codes_of_the_code(language: str) -> None:
    said = {code for path in SOURCES for code in CODE.findall(path.read_text(encoding="utf-8"))}

    assert set(Texts.of(language).codes()) == said


@pytest.mark.parametrize("code", CODES)
def test_both_languages_use_the_same_facts(code: str) -> None:
    used = [[(part, placeholders(text)) for part, text in Texts.of(one).choices(code)] for one in LANGUAGES]

    assert used[0] == used[1]


@pytest.mark.parametrize("code", sorted(set(CODES) & set(CALLS)))
def test_every_fact_in_a_text_is_given_by_the_code(code: str) -> None:
    needed = {fact for _, text in Texts.of("zh").choices(code) for fact in placeholders(text)}
    given = frozenset().union(*(call.facts for call in CALLS[code]))

    assert any(call.is_open for call in CALLS[code]) or needed <= given, CALLS[code]


@pytest.mark.parametrize("code", sorted(set(CODES) & set(CALLS)))
def test_every_place_gives_the_facts_of_the_message(code: str) -> None:
    """A hint may do without a fact, a message may not: its last form is used whatever is known."""
    closed = [call for call in CALLS[code] if not call.is_open]
    plain = [text for part, text in Texts.of("zh").choices(code) if part == "message"]
    last = placeholders(Texts.of("zh")._entry(code, {})["message"]) if len(plain) == 1 else frozenset()

    assert [call.place for call in closed if not last <= call.facts] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_and_hints_are_short(language: str) -> None:
    texts = Texts.of(language)
    told = (CHOICE.sub(r"\1", text) for code in CODES for _, text in texts.choices(code))
    long = [text for text in told if len(text) > LONGEST[language]]

    assert long == []


def test_chinese_has_chinese_punctuation() -> None:
    texts = [text for code in CODES for _, text in Texts.of("zh").choices(code)]
    # `键: 值` is YAML; there a blank follows the colon.
    half_width = re.compile(r"[\u4e00-\u9fff”][,;!?] ?[\u4e00-\u9fff“]|[\u4e00-\u9fff”]:[\u4e00-\u9fff“]")
    wrong = [text for text in texts if half_width.search(text)]

    assert wrong == []


def test_english_has_no_chinese_punctuation() -> None:
    texts = [text for code in CODES for _, text in Texts.of("en").choices(code)]

    assert [text for text in texts if re.search(r"[，。；：！？“”、（）\u4e00-\u9fff]", text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_type_has_a_name(language: str) -> None:
    from engine.model.entities import FieldType

    texts = Texts.of(language)

    assert [texts.say(f"types.{kind}") for kind in FieldType if not texts.say(f"types.{kind}")] == []


def test_the_first_hint_whose_facts_are_known_is_used() -> None:
    zh = Texts.of("zh")

    assert zh.hint("W201", {"nearest": "客户", "known": "客户、订单"}) == "是否想写“客户”？"
    assert zh.hint("W201", {"nearest": "", "known": "客户、订单"}) == "可用的模块：客户、订单"
    assert Texts.of("en").hint("W201", {"nearest": "", "known": "客户、订单"}) == "Modules: 客户, 订单"
    assert zh.hint("W201", {"nearest": "", "known": ""}) == ""


def test_a_kind_has_texts_of_its_own() -> None:
    assert "Tab" in Texts.of("zh").message("W110", {"kind": "tab"})
    assert Texts.of("zh").message("W110", {"kind": "unheard"}) == Texts.of("zh").message("W110", {})


@pytest.mark.parametrize(
    "count, told",
    [("1", "1 of 客户 has the tag"), ("2", "2 of 客户 have the tag"), ("11", "11 of 客户 have")],
)
def test_a_number_chooses_between_two_words(count: str, told: str) -> None:
    facts = {"kind": "tags", "count": count, "module": "客户", "value": "高潜", "record": "C1"}

    assert told in Texts.of("en").message("W594", facts)


@pytest.mark.parametrize(
    "key", ["suggest.title", "simulation.letters.dropped", "plan.waking", "diff.waiting"]
)
def test_one_is_not_many(key: str) -> None:
    """What is told of one thing is not what is told of two, number aside; in Chinese it is the same."""
    facts = {"name": "x", "workflow": "x", "woken": 1}
    told = {language: Texts.of(language).say(key, count=1, **facts) for language in LANGUAGES}
    of_two = {language: Texts.of(language).say(key, count=2, **facts) for language in LANGUAGES}

    assert told["zh"] == of_two["zh"].replace("2", "1")
    assert told["en"] != of_two["en"].replace("2", "1")


def test_a_missing_fact_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Texts.of("zh").message("W203", {"module": "客户"})
    with pytest.raises(KeyError):
        Texts.of("zh").say("check.errors")
    with pytest.raises(KeyError):
        Texts.of("zh").say("check.nothing_like_this")


def test_values_are_shown_as_they_are_but_on_one_short_line() -> None:
    message = Texts.of("en").message("W201", {"value": "{nearest}\n" + "x" * 5000})

    assert message.startswith('There is no module "{nearest} xxx')
    assert len(message) < 100


def test_program_words_are_translated() -> None:
    facts = {"field": "客户层级", "type": "choice", "word": "at_least", "known": "is"}

    assert Texts.of("zh").message("W234", facts) == "“客户层级”是选项，不能用“at_least”。"
    assert Texts.of("en").message("W234", facts) == '客户层级 is a choice; "at_least" does not fit.'


# --- rendering ---------------------------------------------------------------------------------


def diagnostic(at: Span, code: str = "W201", **facts: str) -> Diagnostic:
    return Diagnostic(at, code, Severity.ERROR, tuple(sorted(facts.items())))


def test_carets_stand_under_wide_characters() -> None:
    document = Document("a.yaml", None, "name: 客户\n模块: 客护\n")
    one = diagnostic(Span("a.yaml", 2, 5, 2, 7), value="客护", nearest="客户", known="")

    lines = render_diagnostics([one], {"a.yaml": document}, "zh").splitlines()

    assert lines == [
        "a.yaml:2:5: 错误 W201 没有模块“客护”。",
        "   |",
        " 2 | 模块: 客护",
        "   |       ^^^^",
        "   = 提示：是否想写“客户”？",
        "",
        "1 个错误，检查了 1 个文件。",
    ]


def test_a_long_line_is_cut_around_the_place() -> None:
    document = Document("a.yaml", None, "a: " + "客" * 200 + "错" + "户" * 200)
    one = diagnostic(Span("a.yaml", 1, 204, 1, 205), value="错", nearest="", known="")

    lines = render_diagnostics([one], {"a.yaml": document}, "zh").splitlines()

    assert display_width(lines[2]) < 120
    assert display_width(lines[2][: lines[2].index("错")]) == len(lines[3]) - 2


@pytest.mark.parametrize(
    "language, told", [("zh", "没有问题，检查了 2 个文件。"), ("en", "no mistakes, 2 files checked.")]
)
def test_all_good_is_said(language: str, told: str) -> None:
    documents = {name: Document(name, None, "") for name in ("a.yaml", "b.yaml")}

    assert render_diagnostics([], documents, language) == told


def test_a_place_without_its_document_is_told_without_a_line() -> None:
    one = diagnostic(Span("gone.yaml", 9, 1, 9, 2), value="x", nearest="", known="a")

    assert render_diagnostics([one], {}, "en").splitlines()[:2] == [
        'gone.yaml:9:1: error W201 There is no module "x".',
        "   = hint: Modules: a",
    ]


def test_json_has_the_keys_of_the_contract() -> None:
    one = diagnostic(Span("a.yaml", 2, 5, 2, 7), value="客护", nearest="客户", known="")

    assert diagnostics_json([one], "zh") == [
        {
            "file": "a.yaml", "line": 2, "column": 5, "end_line": 2, "end_column": 7, "code": "W201",
            "severity": "error", "message": "没有模块“客护”。", "hint": "是否想写“客户”？",
            "fixes": [],
        }
    ]  # fmt: skip


def test_github_lines_are_escaped() -> None:
    one = diagnostic(Span("a,b.yaml", 2, 5, 2, 7), value="50 %", nearest="", known="a")

    assert render_github([one], "en") == (
        "::error file=a%2Cb.yaml,line=2,endLine=2,col=5,endColumn=7,title=W201::"
        'There is no module "50 %25". Modules: a'
    )


@pytest.mark.parametrize("place, kind", [("missing.yaml", "missing"), ("folder.yaml", "folder")])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, place: str, kind: str) -> None:
    (tmp_path / "folder.yaml").mkdir()
    problems = Problems()

    load_file(tmp_path / place, place, problems)

    assert [(one.code, dict(one.facts)["kind"]) for one in problems.found] == [("W101", kind)]


def test_the_sign_between_two_languages_is_the_same_on_both_floors() -> None:
    assert texts.BETWEEN_LANGUAGES == entities.BETWEEN_LANGUAGES
