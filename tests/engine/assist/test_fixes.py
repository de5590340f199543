"""Quick fixes: what they are called, what they change, and that they mend what they say they mend."""

# ruff: noqa: E501 - a case a line, and tables of cases are wide

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.assist.fixes import edited, find_fixes, fixes_of
from engine.assist.mending.source import Edit, Fix
from engine.assist.mending.table import FIXES
from engine.load import load_document
from engine.model.diagnostics import Diagnostic, Problems, Severity
from engine.model.document import plain_value
from engine.texts import LANGUAGES, Texts
from engine.workspace import Workspace, open_workspace
from tests.engine.assist.asked import SHIPPED

CASES = Path(__file__).parents[2] / "cases" / "check"
NAMES = sorted(
    path.parent.name
    for path in CASES.glob("*/places.txt")
    if any(line.split()[-1] in FIXES for line in path.read_text(encoding="utf-8").splitlines())
)
"""The cases in which something is wrong that one edit can mend."""
GOOD = """\
id: wake
name: 唤醒
module: 客户
status: paused
trigger: {every: day, at: "01:00"}
conditions:
  all:
    - {field: 客户层级, is: [A, B]}
    - {field: 席位数, at_least: 5, if_missing: no_match}
actions:
  - add_tag: 高潜
  - create_task: {subject: "回访 {{ 客户名称 }}", to: owner}
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root: Path = tmp_path_factory.mktemp("base")
    shutil.copytree(CASES / "_base", root, dirs_exist_ok=True)
    return root


def mistakes(root: Path, text: str) -> list[Diagnostic]:
    (root / "wake.yaml").write_text(text, encoding="utf-8")
    return [one for one in open_workspace(root).diagnostics if one.at.file == "wake.yaml"]


MISTAKES = {
    "braces": ('"回访 {{ 客户名称 }}"', "{{ 客户名称 }} 回访", "加上英文引号", '"{{ 客户名称 }} 回访"'),
    "at_sign": ("name: 唤醒", "name: @唤醒", "加上英文引号", 'name: "@唤醒"'),
    "star": ("name: 唤醒", "name: *唤醒", "加上英文引号", 'name: "*唤醒"'),
    "wide_colon": ("name: 唤醒", "name：唤醒", "改成 :", "name: 唤醒"),
    "no_blank": ("name: 唤醒", "name:唤醒", "加上空格", "name: 唤醒"),
    "second_colon": (
        'subject: "回访 {{ 客户名称 }}"',
        "subject: 主题: 回访",
        "加上英文引号",
        'subject: "主题: 回访"',
    ),
    "tab": ("  all:", "\tall:", "换成普通空格", "  all:"),
    "curly_quotes": ('at: "01:00"', "at: “01:00”", '改成 "01:00"', 'at: "01:00"'),
    "yes": ("席位数, at_least: 5", "是否维护, is: on", "改成 是", "是否维护, is: 是"),
    "twice": ("status: paused", "status: paused\nname: 第二", "删掉这一行", "status: paused"),
    "no_dash": ("    - {field: 席位数", "    {field: 席位数", "加上“- ”", "    - {field: 席位数"),
    "indent": ("    - {field: 席位数", "     - {field: 席位数", "减少缩进 1 格", "    - {field: 席位数"),
    "misspelt_verb": ("add_tag", "ad_tag", "改成 add_tag", "add_tag"),
    "misspelt_key": ("status", "statsu", "改成 status", "status"),
    "misspelt_field": ("field: 客户层级", "field: 客户层及", "改成 客户层级", "field: 客户层级"),
    "unknown_option": ("is: [A, B]", "is: [A, D]", "改成 B", "is: [A, B]"),
    "wide_comma": ("[A, B]", "[A，B]", "改成 A, B", "[A, B]"),
    "other_product": ("conditions:", "criteria:", "改成 conditions", "conditions:"),
    "glued_dash": ("  - create_task", "  -create_task", "加上空格", "  - create_task"),
    "bullet": ("  - create_task", "  • create_task", "加上“- ”", "  - create_task"),
    "thousands": ("at_least: 5", "at_least: 5,000", "改成 5000", "at_least: 5000"),
    "slashes": ("status: paused", "status: paused // 先停", "改成注释", "status: paused # 先停"),
    "sign": ("at_least: 5", "at_least: >=5", "改成 at_least: 5", "at_least: 5"),
    "open_quote": ('at: "01:00"}', 'at: "01:00}', "补上引号", 'at: "01:00"}'),
    "missing_comma": ('every: day, at: "', 'every: day at: "', "加上逗号", 'every: day, at: "'),
    "required": (", to: owner", "", "加上 to: owner", ", to: owner"),
    "clock": ('at: "01:00"', 'at: "1:00"', "改成 01:00", 'at: "01:00"'),
    "no_brace": ("is: [A, B]}", "is: [A, B]", "补上 }", "is: [A, B]}"),
}


@pytest.mark.parametrize("right, wrong, label, mended", MISTAKES.values(), ids=MISTAKES)
def test_a_usual_mistake_has_its_button(base: Path, right: str, wrong: str, label: str, mended: str) -> None:
    """The text after the button was pressed, and what it says, are written by hand."""
    assert right in GOOD
    text = GOOD.replace(right, wrong, 1)
    offered = [fix for one in mistakes(base, text) for fix in fixes_of(one, text, "zh")]

    fix = next((one for one in offered if one["label"] == label), None)

    assert fix is not None, [one["label"] for one in offered]
    place = {key: fix[key] for key in ("line", "column", "end_line", "end_column", "insert")}
    assert edited(text, Edit(**place)) == GOOD.replace(right, mended, 1)


def test_if_missing_is_offered_both_ways(base: Path) -> None:
    step = "actions:\n  - if: {field: 签约日期, is: 2026-01-01, if_missing: match}\n    then: [{add_tag: 高潜}]\n"
    text = GOOD.replace("actions:\n", step.replace(", if_missing: match", ""))
    one = next(one for one in mistakes(base, text) if one.code == "W240")

    found = fixes_of(one, text, "zh")

    assert [fix["label"] for fix in found] == ["加上 if_missing: no_match", "加上 if_missing: match"]
    assert [fix["certain"] for fix in found] == [False, False]
    places = [{key: value for key, value in fix.items() if key not in {"label", "certain"}} for fix in found]
    assert edited(text, Edit(**places[1])) == GOOD.replace("actions:\n", step)


def test_where_options_are_few_each_is_offered(base: Path) -> None:
    text = GOOD.replace("is: [A, B]", "is: 甲")
    one = next(one for one in mistakes(base, text) if one.code == "W205")

    assert [fix["label"] for fix in fixes_of(one, text, "zh")] == ["改成 A", "改成 B", "改成 C"]


def test_columns_count_characters(base: Path) -> None:
    text = GOOD.replace("name: 唤醒", 'name: "🎉𠮷" 再见')
    one = next(one for one in mistakes(base, text) if one.at.line == 2)

    (fix,) = fixes_of(one, text, "en")

    assert (fix["column"], fix["end_column"], fix["insert"]) == (7, 14, "'\"🎉𠮷\" 再见'")
    assert fix["label"] == "Put it in quotes"


def test_labels_are_there_in_both_languages_and_short() -> None:
    zh, en = (Texts.of(language)._tree["assist"]["fix"] for language in LANGUAGES)

    assert zh.keys() == en.keys()
    assert all(len(one) <= 14 for one in zh.values())
    assert all(len(one) <= 24 for one in en.values())


# --- every case of tests/cases/check ------------------------------------------------------------------------

REVEALING = {
    "anchors_and_tags_are_refused": "the next line holds the alias of this anchor",
    "broken_model_and_broken_workflow_are_both_told": "the field is known now, and what is asked of it is not",
    "fan_versions_and_texts_are_about_the_contact": "the condition is read now, and what hangs on it is not",
    "line_without_colon": "what is missing beside the key is told now",
    "slip_dash_without_a_blank_in_a_list_of_words": "the same mistake, a line below",
}
"""Where a fix shows mistakes that the first one hid."""


def fixed(root: Path, opened: Workspace, one: Diagnostic, fix: Fix) -> Workspace:
    path = root / one.at.file
    raw, text = path.read_bytes(), opened.documents[one.at.file].text
    path.write_text(edited(text, fix.edit), encoding="utf-8", newline="")
    try:
        return open_workspace(root, before=opened)
    finally:
        path.write_bytes(raw)


def lines_of_errors(
    opened: Workspace, one: Diagnostic, edit: Edit, *, is_after: bool
) -> set[tuple[str, int, str]]:
    """Errors with their places, as the lines are counted before the edit; those inside of it left out."""
    added = edit.insert.count("\n") - (edit.end_line - edit.line) if is_after else 0
    last = edit.line + edit.insert.count("\n") if is_after else edit.end_line
    found = set()
    for other in opened.diagnostics:
        is_here = other.at.file == one.at.file
        if other.severity is Severity.ERROR and not (is_here and edit.line <= other.at.line <= last):
            moved = added if is_here and other.at.line > last else 0
            found.add((other.at.file, other.at.line - moved, other.code))
    return found


def is_mended(before: Workspace, after: Workspace, one: Diagnostic) -> bool:
    """Whether it is gone from its line, or there is one less of its kind, where its like moved up."""

    def told(opened: Workspace, *, here: bool) -> int:
        like = (other for other in opened.diagnostics if (other.code, other.facts) == (one.code, one.facts))
        places = [other.at for other in like if other.at.file == one.at.file]
        return sum(at.line == one.at.line for at in places) if here else len(places)

    return any(told(after, here=here) < told(before, here=here) for here in (True, False))


@pytest.mark.parametrize("name", NAMES)
def test_a_fix_mends_and_breaks_nothing_elsewhere(name: str, tmp_path: Path) -> None:
    shutil.copytree(CASES / "_base", tmp_path, dirs_exist_ok=True)
    shutil.copytree(CASES / name, tmp_path, dirs_exist_ok=True)
    opened = open_workspace(tmp_path)
    for one in opened.diagnostics:
        document = opened.documents.get(one.at.file)
        for fix in find_fixes(one, document.text) if document is not None else ():
            after = fixed(tmp_path, opened, one, fix)

            assert is_mended(opened, after, one), (one, fix)
            if name not in REVEALING:
                new = lines_of_errors(after, one, fix.edit, is_after=True)
                assert new <= lines_of_errors(opened, one, fix.edit, is_after=False), (one, fix)


# --- damage done to files that ship -------------------------------------------------------------------------


def _no_blank(line: str) -> str:
    return re.sub(r"^(\s*(?:- )?[a-z_]+): (?=[^\s\"'{\[|>#\d])", r"\1:", line)


def _wide_colon(line: str) -> str:
    return re.sub(r"^(\s*(?:- )?[a-z_]+): ", r"\1：", line)


def _wide_comma(line: str) -> str:
    return re.sub(r"^([^\"#]*\{[^\"#]*?), ", r"\1，", line)


def _curly(line: str) -> str:
    return re.sub(r'(?<=[a-z]: )"([^"{:,]{2,}|\d\d:\d\d)"', "“\\1”", line, count=1)


def _tab(line: str) -> str:
    return re.sub(r"^ {2}(?=[a-z])", "\t", line)


def _bare_braces(line: str) -> str:
    return re.sub(r"^(\s*(?:- )?[a-z_]+: )\"(\{\{[^\"#:]*)\"$", r"\1\2", line)


def _glued(line: str) -> str:
    return re.sub(r"^(\s*)- (?=[a-z])", r"\1-", line)


DAMAGES: list[Callable[[str], str]] = [
    _no_blank,
    _wide_colon,
    _wide_comma,
    _curly,
    _tab,
    _bare_braces,
    _glued,
]


def damaged() -> Iterator[tuple[str, str, str, int]]:
    """Files that ship with one line spoilt: what was done, the text, the spoilt text, the line."""
    chance = random.Random(1)
    texts = [path.read_text(encoding="utf-8") for path in sorted(SHIPPED.rglob("*.yaml"))]
    for damage in DAMAGES:
        places = [
            (text, number, spoilt)
            for text in texts
            for number, line in enumerate(text.splitlines())
            if not line.lstrip().startswith("#") and (spoilt := damage(line)) != line
        ]
        for text, number, spoilt in chance.sample(places, min(12, len(places))):
            lines = text.splitlines()
            lines[number] = spoilt
            yield damage.__name__, text, "\n".join(lines) + "\n", number + 1


@pytest.mark.parametrize("kind, text, spoilt, line", [
    pytest.param(*case, id=f"{case[0]}-{number}") for number, case in enumerate(damaged())
])  # fmt: skip
def test_what_was_spoilt_in_one_line_is_put_right_by_certain_fixes(
    kind: str, text: str, spoilt: str, line: int
) -> None:
    """The data are those of the file before, or the file is left alone."""
    now = spoilt
    for _ in range(4):
        problems = Problems()
        load_document(now, "x.yaml", problems)
        certain = [fix for one in problems.sorted() for fix in find_fixes(one, now) if fix.is_certain][:1]
        if not certain:
            break
        assert certain[0].edit.line == line
        now = edited(now, certain[0].edit)

    before, after = (load_document(one, "x.yaml", Problems()).root for one in (text, now))
    assert before is not None
    assert now != spoilt
    assert after is not None
    assert plain_value(after) == plain_value(before)


SIGNS = "：，{}[]\"'“”-#:,.\t 　|>&*!@=％１、；\n"
"""What a finger may hit."""


@pytest.mark.parametrize("seed", range(6))
def test_no_button_leaves_its_mistake_whatever_was_hit(seed: int) -> None:
    """Texts that ship with one to three signs too many, too few or wrong: what is offered does mend them."""
    chance = random.Random(seed)
    paths = [path for path in sorted(SHIPPED.rglob("*.yaml")) if path.stat().st_size < 3000]
    for _ in range(25):
        text = chance.choice(paths).read_text(encoding="utf-8")
        for _ in range(chance.randint(1, 3)):
            place, is_more = chance.randrange(len(text)), chance.random() < 0.5
            sign = chance.choice(SIGNS) if chance.random() < 0.7 else ""
            text = text[:place] + sign + text[place + (not is_more) :]
        before = Problems()
        load_document(text, "x.yaml", before)
        for one in before.found:
            for fix in find_fixes(one, text):
                after = Problems()
                load_document(edited(text, fix.edit), "x.yaml", after)
                assert one not in after.found, (text.splitlines()[one.at.line - 1], one, fix)
