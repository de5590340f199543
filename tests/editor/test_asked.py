"""How often pages ask the database: no oftener where there is more of what they tell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from editor import studio
from editor.analysis import analyse
from editor.studio import Studio
from editor.weighing import terms_of
from tests.company import Company, nightly, stories_in
from tests.editor.house import asking, house, page
from tests.stores import statements_of

LISTED = "高层级:\n  module: 客户\n  conditions: {field: 客户层级, is: A}\n"
FEW, MANY = 3, 9


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[FlaskClient]]:
    """Editors of two houses: one where few are woken and held, one where many are."""
    rooms = [tmp_path_factory.mktemp(f"house-{count}") for count in (FEW, MANY)]
    with house(rooms[0], woken=FEW, held=FEW) as few, house(rooms[1], woken=MANY, held=MANY) as many:
        yield [asking(few), asking(many)]


@pytest.mark.parametrize("url", ["/holds", "/enrollments", "/asks"])
def test_more_records_are_not_more_questions(clients: list[FlaskClient], url: str) -> None:
    for client in clients:
        page(client, url)  # what is asked once a server
    few, many = (len(statements_of(lambda one=one: page(one, url))) for one in clients)

    assert few == many > 0


def test_a_page_opens_the_files_once_and_reads_no_texts_to_count_them(
    clients: list[FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, real = list[Path](), studio.Desk
    monkeypatch.setattr(
        studio, "Desk", lambda *given, **more: opened.append(given[0]) or real(*given, **more)
    )

    asked = statements_of(lambda: page(clients[0], "/runs"))

    assert len(opened) == 1
    assert any("FROM wakeline_proposals" in one for one, _ in asked)
    assert not any("wakeline_proposals.text" in one for one, _ in asked)


def test_more_workflows_that_change_are_not_more_questions(tmp_path: Path) -> None:
    def asked(count: int) -> int:
        found = Company(stories_in(tmp_path / str(count)))
        rest = "conditions: {segment: 高层级}\nactions: [{wait: 7 days}, {add_tag: 高潜}]\n"
        flows = {f"w{at}.yaml": nightly(rest, key=f"w{at}", name=f"流程{at}") for at in range(count)}
        found.write({**flows, "segments.yaml": LISTED})
        found.bring("客户", [{"编号": "C1", "客户名称": "甲", "客户层级": "A"}])
        found.done("run", at="2026-03-31T01:00")
        desk = Studio(found.root, found.place.url).desk()
        after = analyse(desk, "segments.yaml", LISTED.replace("is: A", "is: B"), "zh")
        told: list[Any] = []
        sent = statements_of(lambda: told.append(terms_of(desk, after, "zh")))
        assert [(one.number, one.count) for _, one in told[0].waiting] == [(1, 1)] * count
        return len(sent)

    assert asked(1) == asked(4) > 0
