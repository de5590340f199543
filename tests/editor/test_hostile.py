"""What somebody sends who means no good, or whose files are broken: refused or told, never a crash."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import TooManyRequests

from editor.analysis import MOST_PROBLEMS
from editor.turnstile import Turnstile
from tests.company import nightly, stories_in, write_files
from tests.editor.house import asking, house
from tests.editor.served import HEADERS, OWNER, client_of, posted
from tests.editor.signed_in import PAGE, add, app_of, sent, signed_in

TEXT = nightly("actions: [{add_tag: 高潜}]\n")
LONG = "1" + "9" * 30


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = stories_in(tmp_path / "company")
    write_files(found, {"wake.yaml": TEXT})
    return found


@pytest.fixture
def app(root: Path) -> Flask:
    found = app_of(root)
    for name in ("admin", "publisher", "viewer"):
        add(found, name, name)
    return found


LISTED = ("    - {field: stage, is: won}\n", "    - {field: stag, is: won}\n")


@pytest.mark.parametrize("line", LISTED)
def test_a_text_of_thousands_of_lines_is_answered_soon_and_without_a_form(root: Path, line: str) -> None:
    client, text = client_of(root), f"{TEXT}conditions:\n  all:\n{line * 3_000}"
    began = time.process_time()

    answer = posted(client, "/analyse/wake.yaml", source=text).get_json()

    assert time.process_time() - began < 8
    assert len(answer["diagnostics"]) <= MOST_PROBLEMS
    assert "请直接改文本" in answer["regions"]["form"]
    assert sum(map(len, answer["regions"].values())) < 500_000


def test_a_turnstile_lets_some_through_and_of_each_person_one() -> None:
    gate = Turnstile(2)
    with gate.passed("lina", "analyse"):
        with pytest.raises(TooManyRequests), gate.passed("lina", "analyse"):
            pass
        with gate.passed("wang", "analyse"), pytest.raises(TooManyRequests), gate.passed("zhao", "analyse"):
            pass
    with gate.passed("lina", "analyse"):
        pass


def test_who_finds_no_place_is_asked_to_come_again(root: Path) -> None:
    client = client_of(root)
    with client.application.extensions["turnstile"].passed(OWNER, "workflows.analyse_text"):
        busy = posted(client, "/analyse/wake.yaml", source=TEXT)
    assert (busy.status_code, "过一会儿" in busy.get_json()["message"]) == (429, True)
    assert posted(client, "/analyse/wake.yaml", source=TEXT).status_code == 200


@pytest.mark.parametrize("line, column", [(20_000_000, 1), (2**63, 1), (1, 10**30), (0, 1), (True, "x")])
def test_a_place_outside_the_text_is_refused_before_anything_is_made_of_it(
    root: Path, line: Any, column: Any
) -> None:
    client = client_of(root)
    for way in ("hover", "complete"):
        answer = posted(client, f"/{way}/wake.yaml", source=TEXT, line=line, column=column)
        assert answer.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"ops": 1},
        {"ops": [{"kind": []}]},
        {"ops": [{"kind": "set", "path": ["a"] * 3000, "value": 1}]},
        {"ops": [{"kind": "set", "path": ["\ud800"], "value": 1}]},
        {"ops": [{"kind": "set", "path": ["name"], "value": "\ud800"}]},
    ],
)
def test_an_edit_that_is_none_is_refused(root: Path, body: dict[str, Any]) -> None:
    assert posted(client_of(root), "/edit/wake.yaml", source=TEXT, **body).status_code == 422


def test_a_draft_is_kept_whatever_it_says_it_began_with(root: Path) -> None:
    answer = posted(client_of(root), "/draft/wake.yaml", source=TEXT + "# mine\n", base="\ud800", draft="")
    assert answer.status_code == 200
    assert "# mine" in client_of(root).get("/workflows/wake.yaml", headers=HEADERS).text


def test_a_question_nested_beyond_reason_is_refused(root: Path) -> None:
    headers = {**HEADERS, "Content-Type": "application/json"}
    assert client_of(root).post("/draft/wake.yaml", data="[" * 100_000, headers=headers).status_code == 400


def test_a_file_among_the_drafts_that_is_none_stops_nobody(root: Path) -> None:
    client = client_of(root)
    posted(client, "/draft/wake.yaml", source=TEXT + "# mine\n", base="", draft="")
    for path in (root / ".wakeline" / "drafts").rglob("*.json"):
        path.write_text("{}", "utf-8")
    assert [client.get(one, headers=HEADERS).status_code for one in ("/", "/new")] == [200, 200]


@pytest.mark.parametrize(
    "address, status",
    [
        (f"/runs?page={LONG}", 400),
        (f"/enrollments?run={LONG}", 400),
        ("/reports?days=036599999999", 200),
        ("/reports?workflow=%00", 422),
        ("/audit?since=0001-01-01", 400),
        ("/audit.csv?until=9999-12-31", 400),
    ],
)
def test_addresses_that_no_form_of_ours_makes_are_answered(root: Path, address: str, status: int) -> None:
    assert client_of(root).get(address, headers=HEADERS).status_code == status


def test_a_database_that_is_none_leaves_the_files(root: Path) -> None:
    client = client_of(root)
    (root / ".wakeline").mkdir(exist_ok=True)
    (root / ".wakeline" / "wakeline.db").write_bytes(b"no database" * 1000)
    for address in ("/workflows/wake.yaml", "/sign-in", "/runs", "/model"):
        answer = client.get(address, headers=PAGE)
        assert answer.status_code in {200, 302, 500}, address
        assert "Traceback" not in answer.text
    assert client.get("/workflows/wake.yaml", headers=PAGE).status_code == 200


def test_files_of_the_workspace_itself_have_no_side_doors(app: Flask) -> None:
    admin, publisher = (signed_in(app, name) for name in ("admin", "publisher"))
    text = (app.extensions["studio"].root / "workspace.yaml").read_text("utf-8") + "# mine\n"
    sent(admin, "/propose/workspace.yaml", source=text, note="n")
    posted(admin, "/draft/workspace.yaml", source=text, base="", draft="")

    assert publisher.get("/workflows/workspace.yaml/drafts/admin", headers=PAGE).status_code == 403
    for number in (1, 2):
        page = publisher.get(f"/proposals/{number}", headers=PAGE)
        assert page.status_code in {403, 404}
    assert "workspace.yaml" not in publisher.get("/proposals", headers=PAGE).text


def test_what_cannot_be_changed_in_whole_is_not_changed_in_part(app: Flask) -> None:
    admin, gate = signed_in(app, "admin"), app.extensions["studio"].gatehouse()
    before = {one.name: (one.role, one.person, one.stamp) for one in gate.accounts()}

    assert sent(admin, "/users/viewer/role", role="king", person="S1").status_code == 422
    assert sent(admin, "/users/admin/role", role="viewer", person="S1").status_code == 422

    assert {one.name: (one.role, one.person, one.stamp) for one in gate.accounts()} == before
    assert admin.get("/users", headers=PAGE).status_code == 200


def test_viewers_read_numbers_and_addresses_in_part_on_every_page(tmp_path: Path) -> None:
    with house(tmp_path / "company", woken=3) as company:
        assert "c1@example.cn" in asking(company).get("/outbox.json", headers=HEADERS).text
        app = app_of(company.root)
        add(app, "admin", "admin")
        add(app, "vi", "viewer")
        client = signed_in(app, "vi")
        for address in ("/outbox", "/outbox.json", "/outbox.csv", "/runs/2", "/runs/2/records/C001"):
            told = client.get(address, headers=PAGE).text
            assert "c1@example.cn" not in told, address
        assert "c***@example.cn" in client.get("/outbox.json", headers=PAGE).text
