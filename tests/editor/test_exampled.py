"""The examples in a file, tried while somebody changes it and before they publish."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from editor.files import digest_of
from tests.company import Company, nightly, stories_in
from tests.editor.people import People
from tests.editor.served import client_of, posted

RULE = nightly(
    "conditions: {field: 客户层级, is: A}\n"
    "actions:\n"
    "  - if: {field: 行业, is: 餐饮, if_missing: no_match}\n"
    "    then: [{add_tag: 高潜}]\n"
    "    else: [{add_tag: 低价值}]\n"
)
HELD = """tests:
  - {name: 餐饮的, today: 2026-03-31, given: {客户层级: A, 行业: 餐饮}, expect: [{add_tag: 高潜}]}
  - {name: 零售的, today: 2026-03-31, given: {客户层级: A, 行业: 零售}, expect: [{add_tag: 低价值}]}
  - {name: B 类, today: 2026-03-31, given: {客户层级: B}, expect: nothing}
"""
TEXT = RULE + HELD
FOR_B = RULE.replace("层级, is: A", "层级, is: B") + HELD  # then none of the three holds
OTHER_TRADE = RULE.replace("餐饮", "零售") + HELD  # the branches change places: the first two do not


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    company = Company(stories_in(tmp_path))
    company.write({"wake.yaml": TEXT})
    return People(client_of(company.root, store=company.place.url), monkeypatch, company.root)


def known(people: People, text: str, language: str = "zh") -> dict[str, Any]:
    """What the page is told, asking as often as it does."""
    for _ in range(30):
        answer = posted(people.client, f"/examples/wake.yaml?lang={language}", source=text)
        assert answer.status_code == 200
        if answer.json["is_known"]:
            return dict(answer.json)
    raise AssertionError("never known")


def warning(people: People, url: str, **form: str) -> str:
    for _ in range(30):
        answer = people.post(url, **form)
        if answer.status_code == 200:
            return words(answer.text)
        assert answer.status_code == 204
    raise AssertionError("never known")


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html)).strip()


def form_of(people: People, text: str) -> str:
    return str(posted(people.client, "/analyse/wake.yaml", source=text).json["regions"]["form"])


def test_examples_that_hold_are_counted_and_marked(people: People) -> None:
    found = known(people, TEXT)

    assert found["standing"] == "3 个例子都成立"
    assert words(found["parts"]["examples-standing"]) == "✓ 3 个例子都成立"
    assert [words(found["parts"][f"f-tests-{one}-mark"]) for one in range(3)] == ["✓ 成立"] * 3
    assert [found["parts"][f"f-tests-{one}-came"].strip() for one in range(3)] == [""] * 3
    assert known(people, TEXT, "en")["standing"] == "3 examples hold"


def test_a_broken_one_tells_what_was_expected_and_what_came(people: People) -> None:
    parts = known(people, FOR_B)["parts"]

    assert words(parts["examples-standing"]) == "✗ 3 个例子中有 3 个不成立"
    assert words(parts["f-tests-2-mark"]) == "✗ 不成立"
    told = words(parts["f-tests-2-came"])
    assert "期望：什么也不发生；实际：启动了" in told
    assert "低价值" in told  # what would be done: without a trade the branch leads there
    assert "客户层级" in words(parts["f-tests-0-came"])  # the condition that its record does not meet


def test_branches_that_change_places_break_their_examples_alone(people: People) -> None:
    found = known(people, OTHER_TRADE, "en")

    assert found["standing"] == "2 of 3 examples do not hold"
    marks = [words(found["parts"][f"f-tests-{one}-mark"]) for one in range(3)]
    assert marks == ["✗ does not hold", "✗ does not hold", "✓ holds"]


def test_the_form_has_the_marks_as_soon_as_they_are_known(people: People) -> None:
    first = form_of(people, FOR_B)
    assert "data-unchecked" in first
    assert "不成立" not in first

    known(people, FOR_B)

    again = form_of(people, FOR_B)
    assert "data-unchecked" not in again
    assert "3 个例子中有 3 个不成立" in again


@pytest.mark.parametrize("end", range(0, len(TEXT), 37))
def test_half_written_files_are_answered_calmly(people: People, end: int) -> None:
    found = known(people, TEXT[:end])

    assert "不成立" not in found["standing"]


def test_a_text_with_mistakes_says_that_it_is_checked_later(people: People) -> None:
    found = known(people, TEXT.replace("add_tag", "add_tagg"))

    assert words(found["parts"]["examples-standing"]) == "改好上面的错误后核对"
    assert known(people, RULE)["parts"] == {}  # no examples, no word of them


def test_who_publishes_is_warned_and_may_all_the_same(people: People) -> None:
    page = people.post("/changes/wake.yaml", source=OTHER_TRADE).text
    assert "/examples-held/wake.yaml" in page  # not known yet: the dialog asks by itself

    told = warning(people, "/examples-held/wake.yaml", source=OTHER_TRADE)

    assert told.startswith("3 个例子中有 2 个不成立 去看例子 餐饮的 ")
    assert "零售的" in told
    assert "B 类" not in told
    assert "3 个例子中有 2 个不成立" in people.post("/changes/wake.yaml", source=OTHER_TRADE).text
    done = people.post("/publish/wake.yaml", source=OTHER_TRADE, base=digest_of(TEXT))
    assert done.status_code == 204
    assert (people.root / "wake.yaml").read_text("utf-8") == OTHER_TRADE


def test_the_warning_goes_when_the_examples_are_changed_too(people: People) -> None:
    assert "不成立" in warning(people, "/examples-held/wake.yaml", source=OTHER_TRADE)

    mended = OTHER_TRADE
    for number, trade in enumerate(("零售", "餐饮")):
        change = {"kind": "set", "path": ["tests", number, "given", "行业"], "value": trade}
        mended = posted(people.client, "/edit/wake.yaml", source=mended, ops=[change]).json["source"]

    assert warning(people, "/examples-held/wake.yaml", source=mended) == ""
    assert known(people, mended)["standing"] == "3 个例子都成立"


def test_who_decides_about_a_proposal_is_warned_as_well(people: People) -> None:
    people.as_("王芳", "editor")
    people.post("/propose/wake.yaml", source=OTHER_TRADE, base=digest_of(TEXT), note="换行业")
    people.as_("李娜")

    assert "/proposals/1/examples" in people.get("/proposals/1").text
    assert "3 个例子中有 2 个不成立" in warning(people, "/proposals/1/examples")
    assert "3 个例子中有 2 个不成立" in words(people.get("/proposals/1").text)
