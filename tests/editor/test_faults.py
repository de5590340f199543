"""A typo in a shared file: what is past stays to be read, and a page that cannot be shown names the line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.company import Company
from tests.editor.house import asking, house, page
from tests.editor.served import posted

PAST = (
    "/runs",
    "/runs/2",
    "/runs/2.json",
    "/runs/2/records/C001",
    "/reports",
    "/reports?workflow=wake",
    "/audit",
    "/enrollments",
    "/journal",
    "/holds",
)
TYPO = "second_person: true\n"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with house(tmp_path_factory.mktemp("house") / "company", woken=3) as found:
        yield found


@pytest.fixture
def broken(night: Company) -> Iterator[Path]:
    """The settings with a typo in their last line."""
    path = night.root / "workspace.yaml"
    before = path.read_text("utf-8")
    path.write_text(before + TYPO, "utf-8")
    yield path
    path.write_text(before, "utf-8")


def line_of(path: Path) -> int:
    return path.read_text("utf-8").splitlines().index(TYPO.strip()) + 1


def test_what_is_past_can_be_read_whatever_the_settings_say(night: Company, broken: Path) -> None:
    client = asking(night)
    for url in PAST:
        page(client, url)
    assert "客户1" in page(client, "/runs/2")


def test_a_page_that_cannot_be_shown_names_the_line_and_leads_there(night: Company, broken: Path) -> None:
    line = line_of(broken)
    found = page(asking(night), "/runs/2/undo", 409)
    assert f"workspace.yaml 第 {line} 行有错误" in found
    assert f'href="/workflows/workspace.yaml?tab=yaml&amp;line={line}"' in found


def test_the_list_says_which_line_keeps_everything_from_running(night: Company, broken: Path) -> None:
    found = page(asking(night), "/")
    assert "改好以前什么也不会运行" in found
    assert f"workspace.yaml 第 {line_of(broken)} 行有错误" in found


def test_a_broken_model_is_named_where_nothing_can_be_read_without_it(night: Company) -> None:
    path = night.root / "model.yaml"
    before = path.read_text("utf-8")
    path.write_text(before + "colour: red\n", "utf-8")
    try:
        found = page(asking(night), "/runs/2", 409)
    finally:
        path.write_text(before, "utf-8")
    assert f"model.yaml 第 {before.count(chr(10)) + 1} 行有错误" in found
    assert "/workflows/model.yaml" not in found


def test_a_word_that_is_no_text_is_one_mistake_and_its_fix_is_a_word_that_may_stand_there(
    night: Company, broken: Path
) -> None:
    text = broken.read_text("utf-8")
    found = posted(asking(night), "/analyse/workspace.yaml", source=text, seq=1).json["diagnostics"]
    (told,) = (one for one in found if one["line"] == line_of(broken))
    assert {one["insert"] for one in told["fixes"]} == {"none", "messages", "everything"}
