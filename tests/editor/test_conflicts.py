"""Two who change one file: both sides are shown, put together, and nothing of either is lost."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from editor.files import digest_of
from editor.merging import merge
from tests.company import nightly, stories_in, write_files
from tests.editor.people import People
from tests.editor.served import HEADERS, client_of

REST = "conditions: {field: 客户层级, is: A}\nactions:\n  - add_tag: 高潜\n  - add_tag: 决策慢\n"
OLD = nightly(REST)
MINE = OLD.replace("is: A", "is: B")
THEIRS = OLD.replace("决策慢", "低价值")
BOTH = MINE.replace("决策慢", "低价值")
CLASH = OLD.replace("is: A", "is: C")
PAGE = "/workflows/wake.yaml/conflict"


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    root = stories_in(tmp_path)
    write_files(root, {"wake.yaml": OLD})
    return People(client_of(root), monkeypatch, root)


def kept(people: People, text: str, base: str = OLD) -> None:
    before = re.findall(r'"draft": "(\w*)"', people.get("/workflows/wake.yaml").text)[0]
    body = {"source": text, "base": digest_of(base), "draft": before}
    assert people.client.post("/draft/wake.yaml", json=body, headers=HEADERS).status_code == 200


def draft_of(people: People) -> tuple[str, str]:
    """What the page would begin with: the text and the name of its base."""
    page = people.get("/workflows/wake.yaml").text
    block = re.findall(r'<script type="application/json" id="workflow">(.*?)</script>', page, re.DOTALL)[0]
    found: dict[str, Any] = json.loads(block)
    return found["source"], found["base"]


def chosen(people: People, way: str) -> Any:
    page = people.get(PAGE).text
    names = {key: re.findall(rf'name="{key}" value="(\w+)"', page)[0] for key in ("draft", "over")}
    return people.post(PAGE, way=way, **names)


def test_both_sides_are_told_in_words_beside_what_they_began_with(people: People) -> None:
    kept(people, MINE)
    (people.root / "wake.yaml").write_text(THEIRS, "utf-8")

    page = people.get(PAGE).text

    assert page.count('class="listing"') == 3
    mine, theirs = page.partition('id="side-mine"')[2].split('id="side-theirs"')
    assert re.search(r"<ins>[^<]*客户层级是 B", mine)
    assert "低价值" not in re.sub(r"<div class=.listing.*?</div>", "", mine, flags=re.DOTALL)
    assert re.search(r"<ins>[^<]*低价值", theirs)
    assert "两边改的地方不重叠" in page


@pytest.mark.parametrize("way, text", [("merge", BOTH), ("mine", MINE), ("theirs", THEIRS)])
def test_every_way_on_goes_into_the_draft_and_never_into_the_file(
    people: People, way: str, text: str
) -> None:
    kept(people, MINE)
    (people.root / "wake.yaml").write_text(THEIRS, "utf-8")

    assert chosen(people, way).status_code == 302

    assert draft_of(people) == (text, digest_of(THEIRS))
    assert (people.root / "wake.yaml").read_text("utf-8") == THEIRS
    answer = people.post("/publish/wake.yaml", source=text + "# 注\n", base=digest_of(THEIRS))
    assert answer.status_code == 204


def test_where_both_changed_the_same_line_mine_stands_and_the_place_is_told(people: People) -> None:
    kept(people, MINE)
    (people.root / "wake.yaml").write_text(CLASH, "utf-8")

    page = people.get(PAGE).text
    assert "有 1 处两边都改了" in page
    assert "合并后第 6 行" in page
    chosen(people, "merge")

    assert draft_of(people)[0] == MINE


def test_a_conflict_met_while_publishing_leads_there_and_keeps_the_text(people: People) -> None:
    people.get("/workflows/wake.yaml")  # the page that MINE is written on
    (people.root / "wake.yaml").write_text(THEIRS, "utf-8")

    answer = people.post("/publish/wake.yaml", source=MINE, base=digest_of(OLD))

    assert answer.status_code == 409
    assert f'href="{PAGE}"' in answer.text
    chosen(people, "merge")
    assert draft_of(people)[0] == BOTH


def test_a_choice_about_something_else_than_what_is_there_now_is_not_carried_out(people: People) -> None:
    kept(people, MINE)
    (people.root / "wake.yaml").write_text(THEIRS, "utf-8")
    names = {"draft": digest_of(MINE), "over": digest_of(OLD)}

    answer = people.post(PAGE, way="theirs", **names)

    assert answer.headers["Location"].endswith(PAGE)
    assert draft_of(people)[0] == MINE


def test_who_knows_no_beginning_is_told_so_and_can_still_choose(people: People) -> None:
    kept(people, MINE, base="nobody has shown this")

    page = people.get(PAGE).text

    assert "没法自动合并" in page
    assert 'value="merge"' not in page
    assert people.post(PAGE, way="merge", draft=digest_of(MINE), over=digest_of(OLD)).status_code == 400
    chosen(people, "mine")
    assert draft_of(people) == (MINE, digest_of(OLD))


def test_an_open_page_is_told_of_a_new_version(people: People) -> None:
    ask = f"/newer/wake.yaml?base={digest_of(OLD)}"
    assert people.get(ask).status_code == 204
    (people.root / "wake.yaml").write_text(THEIRS, "utf-8")

    assert "线上已有新版本" in people.get(ask).text
    assert "重新打开" in people.get(ask).text
    kept(people, MINE)
    assert f'href="{PAGE}"' in people.get(ask).text


def test_a_file_that_was_deleted_is_called_so_and_can_be_put_back(people: People) -> None:
    kept(people, MINE)
    (people.root / "wake.yaml").unlink()
    ask = f"/newer/wake.yaml?base={digest_of(OLD)}"
    assert "已从磁盘上删除" in people.get(ask).text
    page = people.get("/workflows/wake.yaml").text
    assert page.count("已从磁盘上删除") == 1
    assert 'id="newer"' not in page
    assert "采用线上" not in people.get(PAGE).text
    assert people.get(PAGE).headers["Location"] == "/workflows/wake.yaml"

    answer = people.post(PAGE, way="mine", draft=digest_of(MINE), over=digest_of(""))

    assert answer.status_code == 302
    assert draft_of(people) == (MINE, digest_of(""))
    assert "已从磁盘上删除" not in people.get("/workflows/wake.yaml").text
    assert people.post("/publish/wake.yaml", source=MINE, base=digest_of("")).status_code == 204
    assert (people.root / "wake.yaml").read_text("utf-8") == MINE


def test_whoever_has_no_draft_of_a_deleted_file_is_told_as_well(people: People) -> None:
    (people.root / "wake.yaml").unlink()
    assert "已从磁盘上删除" in people.get(f"/newer/wake.yaml?base={digest_of(OLD)}").text


# --- drafts of others ---------------------------------------------------------------------------------------


def test_a_draft_of_somebody_else_is_shown_compared_and_taken_over(people: People) -> None:
    kept(people, MINE)
    people.as_("王伟")
    assert "李娜 在" in people.get("/workflows/wake.yaml").text
    page = people.get("/workflows/wake.yaml/drafts/李娜").text
    assert re.search(r"<ins>[^<]*客户层级是 B", page)
    assert draft_of(people)[0] == OLD

    assert people.post("/workflows/wake.yaml/drafts/李娜").status_code == 302

    assert draft_of(people) == (MINE, digest_of(OLD))
    assert people.deeds[-1] == ("王伟", "took_over", "wake.yaml")
    assert draft_of(people.as_("李娜"))[0] == MINE


def test_my_own_draft_is_not_replaced_unless_i_say_so(people: People) -> None:
    kept(people, MINE)
    kept(people.as_("王伟"), THEIRS)
    take = "/workflows/wake.yaml/drafts/李娜"

    people.post(take)
    assert draft_of(people)[0] == THEIRS
    people.post(take, sure="yes")
    assert draft_of(people)[0] == MINE


@pytest.mark.parametrize("who", ["nobody", "..", "%2e%2e", "..%2f..", "王伟"])
def test_only_drafts_of_others_are_shown(people: People, who: str) -> None:
    kept(people.as_("王伟"), MINE)

    assert people.get(f"/workflows/wake.yaml/drafts/{who}").status_code == 404


# --- merging ------------------------------------------------------------------------------------------------


def test_merging_takes_what_only_one_side_changed() -> None:
    """Lines are changed, dropped and put in at places that are far enough apart, so the answer is known."""
    dice = random.Random(7)
    for _ in range(200):
        base = [f"line {number}\n" for number in range(30)]
        places = dice.sample(range(0, 30, 3), 6)
        mine, theirs, both = list(base), list(base), list(base)
        for place in sorted(places, reverse=True):
            new = dice.choice(["", "changed\n", "more\n" + base[place]]).replace("d\n", f"d {place}\n")
            side = dice.choice([mine, theirs])
            side[place] = both[place] = new
        found = merge("".join(base), "".join(mine), "".join(theirs))
        assert (found.text, found.clashes) == ("".join(both), ())


@pytest.mark.parametrize(
    "base, mine, theirs, text, clashes",
    [
        ("a\nb\n", "a\nb\n", "a\nb\n", "a\nb\n", 0),
        ("a\nb\n", "x\nb\n", "x\nb\n", "x\nb\n", 0),
        ("a\nb\n", "x\nb\n", "y\nb\n", "x\nb\n", 1),
        ("a\nb\n", "b\n", "y\nb\n", "b\n", 1),
        ("", "x\n", "y\n", "x\n", 1),
        ("a\n", "", "a\n", "", 0),
        ("a", "a\nb", "a", "a\nb", 0),
    ],
)
def test_merging_small_texts(base: str, mine: str, theirs: str, text: str, clashes: int) -> None:
    found = merge(base, mine, theirs)

    assert (found.text, len(found.clashes)) == (text, clashes)
